//! Reading registers over Modbus TCP (Modbus Messaging on TCP/IP V1.0b): functions 3 and 4, one connection, one request at
//! a time. A few lines of our own, because nothing else of Modbus may ever be sent from here.

use std::io;
use std::time::Duration;

use chargehand_catalogue::{Certainty, Fingerprint, Match, Modbus, Register, Seen, Strength, identify};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout};

use super::dial::{Dial, Line};
use super::limits::{REGISTERS, REQUEST, UNIT_PAUSE};
use super::log::Log;
use super::network::Target;
use super::probe::{self, Ask};

/// Reads what tells what a host is, as long as that takes; what was read is told one by one.
pub(super) async fn read(
    dial: &Dial,
    log: &Log,
    to: Target,
    port: u16,
    hints: &[Match],
    everything: bool,
    mut tell: impl FnMut(Seen),
) {
    let plan = probe::reads(port, hints, everything);
    let mut talk = Talk::new(dial, to, port);
    let mut named = None;
    for (about, unit, probes) in plan {
        // of what is named the rest is read as well, and nothing else
        if named.is_some_and(|it| it != (about.name, unit)) || talk.is_over() {
            return;
        }
        let mut read = Vec::new();
        for probe in probes {
            let Ask::Read(modbus, register) = probe.ask() else { continue };
            let what = format!("{} of unit {unit}", probe.words());
            if !log.sends(to.address(), port, &what) {
                return;
            }
            let answer = talk.ask(unit, register).await;
            log.came(to.address(), port, &what, &words(&answer));
            match answer {
                Ok(Answer::Words(words)) => read.push(seen(modbus, register, unit, words)),
                // the first register is the telling one: who does not have it, does not have the others
                Ok(Answer::Exception(_)) if read.is_empty() => break,
                Ok(Answer::Exception(_)) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => break,
                Err(_) => break,
            }
            if !is_promising(about, &read) {
                break;
            }
        }
        if is_named(about, &read) {
            named = Some((about.name, unit));
        }
        read.into_iter().for_each(&mut tell);
    }
}

fn seen(modbus: &Modbus, register: &Register, unit: u8, words: Vec<u16>) -> Seen {
    Seen::Registers { port: modbus.port, unit, function: register.function, address: register.address, words }
}

/// What was read first fits this device: more of it is worth reading.
fn is_promising(about: &Fingerprint, read: &[Seen]) -> bool {
    identify(read).iter().any(|it| it.fingerprint.name == about.name)
}

fn is_named(about: &Fingerprint, read: &[Seen]) -> bool {
    let own = |it: &Match| it.fingerprint.name == about.name && it.certainty == Certainty::Named;
    identify(read).iter().any(|it| own(it) && it.signs.iter().any(|sign| sign.strength >= Strength::Medium))
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Words(Vec<u16>),
    /// 2 is a normal answer: something speaks Modbus there, and has no such register.
    Exception(u8),
}

fn words(answer: &io::Result<Answer>) -> String {
    match answer {
        Ok(Answer::Words(words)) => format!("{} registers", words.len()),
        Ok(Answer::Exception(code)) => format!("exception {code}"),
        Err(error) => error.to_string(),
    }
}

/// The conversation with one host.
pub(super) struct Talk<'a> {
    dial: &'a Dial,
    to: Target,
    port: u16,
    line: Option<Line>,
    unit: Option<u8>,
    number: u16,
    ends: Instant,
}

impl<'a> Talk<'a> {
    pub(super) fn new(dial: &'a Dial, to: Target, port: u16) -> Self {
        Self { dial, to, port, line: None, unit: None, number: 0, ends: Instant::now() + REGISTERS }
    }

    /// What stands in registers; nothing where there are none.
    #[cfg(test)]
    pub(super) async fn words(&mut self, unit: u8, register: &Register) -> Option<Vec<u16>> {
        match self.ask(unit, register).await {
            Ok(Answer::Words(words)) => Some(words),
            _ => None,
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.ends
    }

    /// Reads registers. Some hang up on a register they do not have: then a new connection is opened for the next.
    async fn ask(&mut self, unit: u8, register: &Register) -> io::Result<Answer> {
        if self.is_over() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if self.unit.replace(unit).is_some_and(|before| before != unit) {
            sleep(UNIT_PAUSE).await;
        }
        let answer = timeout(REQUEST + connect_time(&self.line), self.exchange(unit, register)).await;
        let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            // a late answer must not be taken for the next one
            self.line = None;
        }
        answer
    }

    async fn exchange(&mut self, unit: u8, register: &Register) -> io::Result<Answer> {
        let line = match self.line.take() {
            Some(line) => line,
            None => self.dial.connect(self.to, self.port).await?,
        };
        let line = self.line.insert(line);
        self.number = self.number.wrapping_add(1);
        line.write_all(&request(self.number, unit, register)).await?;
        let mut head = [0; 7];
        line.read_exact(&mut head).await?;
        let [n1, n2, p1, p2, l1, l2, of] = head;
        let length = usize::from(u16::from_be_bytes([l1, l2]));
        let is_ours = (u16::from_be_bytes([n1, n2]), p1, p2, of) == (self.number, 0, 0, unit);
        if !is_ours || !(3..=254).contains(&length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut body = vec![0; length - 1];
        line.read_exact(&mut body).await?;
        answer(&body, register).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// A first request waits for its connection as well.
fn connect_time(line: &Option<Line>) -> Duration {
    if line.is_some() { Duration::ZERO } else { super::limits::CONNECT }
}

fn request(number: u16, unit: u8, register: &Register) -> [u8; 12] {
    // 3 or 4: a test of the catalogue holds that, and what else stood there would not be sent
    let function = if register.function == 4 { 4 } else { 3 };
    let ([n1, n2], [a1, a2], [c1, c2]) =
        (number.to_be_bytes(), register.address.to_be_bytes(), register.count.to_be_bytes());
    [n1, n2, 0, 0, 0, 6, unit, function, a1, a2, c1, c2]
}

fn answer(body: &[u8], register: &Register) -> Option<Answer> {
    let (function, rest) = body.split_first()?;
    if function & 0x80 != 0 {
        return rest.first().map(|code| Answer::Exception(*code));
    }
    let (count, bytes) = rest.split_first()?;
    let expected = usize::from(register.count) * 2;
    let fits = *function == register.function && usize::from(*count) == expected && bytes.len() == expected;
    let word =
        |pair: &[u8]| u16::from_be_bytes([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]);
    fits.then(|| Answer::Words(bytes.chunks(2).map(word).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register() -> &'static Register {
        let keba = chargehand_catalogue::fingerprints().iter().find(|it| it.name == "keba-p20-p30").expect("known");
        &keba.modbus[0].registers[0]
    }

    #[test]
    fn a_request_reads_and_nothing_else() {
        assert_eq!(request(7, 255, register()), [0, 7, 0, 0, 0, 6, 255, 3, 0x03, 0xF6, 0, 2]);
        for about in chargehand_catalogue::fingerprints() {
            for register in about.modbus.iter().flat_map(|it| &it.registers) {
                assert!([3, 4].contains(&request(1, 1, register)[7]), "{}", about.name);
            }
        }
    }

    #[test]
    fn an_answer_that_is_not_what_was_asked_for_is_none() {
        assert_eq!(answer(&[3, 4, 0, 1, 0, 2], register()), Some(Answer::Words(vec![1, 2])));
        assert_eq!(answer(&[0x83, 2], register()), Some(Answer::Exception(2)));
        for wrong in [&[][..], &[3], &[0x83], &[3, 2, 0, 1], &[4, 4, 0, 1, 0, 2], &[3, 4, 0, 1], &[3, 255, 0, 1, 0, 2]]
        {
            assert_eq!(answer(wrong, register()), None, "{wrong:?}");
        }
    }
}
