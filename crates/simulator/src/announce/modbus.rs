//! What a simulated device answers over Modbus TCP: reads of the registers in the data, nothing else (Modbus Application
//! Protocol V1.1b3; Modbus Messaging on TCP/IP V1.0b).
//!
//! Its own few lines, and not a library: `tokio-modbus` sets no bound to how long a client may be silent. Its client is what
//! these lines are tested with.

use super::Device;
use super::tcp::Line;
use chargehand_catalogue::{Fingerprint, Modbus};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// How long a client may be silent between two requests.
const PATIENCE: Duration = Duration::from_secs(60);
/// The header: transaction, protocol, length, unit.
const HEADER: usize = 7;
/// The longest request without its header, in bytes.
const LONGEST: usize = 253;

// Exceptions.
const ILLEGAL_FUNCTION: u8 = 0x01;
const ILLEGAL_ADDRESS: u8 = 0x02;
const ILLEGAL_VALUE: u8 = 0x03;
const NO_SUCH_UNIT: u8 = 0x0B;

/// What stands where, by function and address.
type Words = BTreeMap<(u8, u16), u16>;

/// The registers behind one port.
pub(super) struct Registers {
    /// Of each unit, or of any where there is no id.
    units: Vec<(Option<u8>, Words)>,
}

impl Registers {
    pub(super) fn new(about: &Fingerprint, port: u16) -> Self {
        let of_port = about.modbus.iter().filter(|it| it.port == port && it.silent.is_none());
        Registers { units: of_port.map(|it| (it.units.first().copied(), words(it))).collect() }
    }

    /// The answer to a request, both without header.
    fn answer(&self, unit: u8, request: &[u8]) -> Vec<u8> {
        let function = request.first().copied().unwrap_or(0);
        self.read(unit, request).unwrap_or_else(|exception| vec![function | 0x80, exception])
    }

    fn read(&self, unit: u8, request: &[u8]) -> Result<Vec<u8>, u8> {
        let known = self.units.iter().filter(|(id, _)| id.is_none_or(|id| id == unit)).map(|(_, words)| words);
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            return Err(NO_SUCH_UNIT);
        }
        let [function @ (3 | 4), a, b, c, d] = *request else {
            let is_read = matches!(request.first(), Some(3 | 4));
            return Err(if is_read { ILLEGAL_VALUE } else { ILLEGAL_FUNCTION });
        };
        let (first, count) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if !(1..=125).contains(&count) {
            return Err(ILLEGAL_VALUE);
        }
        let mut answer = vec![function, (count * 2) as u8];
        for offset in 0..count {
            let address = first.checked_add(offset).ok_or(ILLEGAL_ADDRESS)?;
            let word = known.iter().find_map(|words| words.get(&(function, address))).ok_or(ILLEGAL_ADDRESS)?;
            answer.extend(word.to_be_bytes());
        }
        Ok(answer)
    }
}

fn words(modbus: &Modbus) -> Words {
    let mut words = Words::new();
    for register in &modbus.registers {
        let content = register.words().unwrap_or_default();
        words.extend((register.address..).zip(content).map(|(address, word)| ((register.function, address), word)));
    }
    words
}

/// Answers request after request. Who says something else, or nothing for long, is cut off.
pub(super) async fn converse(mut line: impl Line, device: &Device, registers: &Registers) {
    while let Ok(Ok((header, request))) = timeout(PATIENCE, receive(&mut line)).await {
        let [t1, t2, _, _, _, _, unit] = header;
        let answer = registers.answer(unit, &request);
        let [l1, l2] = (answer.len() as u16 + 1).to_be_bytes();
        let frame = [&[t1, t2, 0, 0, l1, l2, unit], &answer[..]].concat();
        if !device.is_there() || line.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// The next request and its header.
async fn receive(line: &mut impl Line) -> std::io::Result<([u8; HEADER], Vec<u8>)> {
    let mut header = [0; HEADER];
    line.read_exact(&mut header).await?;
    let protocol = u16::from_be_bytes([header[2], header[3]]);
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if protocol != 0 || !(2..=LONGEST + 1).contains(&length) {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut request = vec![0; length - 1];
    line.read_exact(&mut request).await?;
    Ok((header, request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chargehand_catalogue::fingerprints;

    fn registers(name: &str) -> Registers {
        Registers::new(fingerprints().iter().find(|it| it.name == name).expect("a device"), 502)
    }

    #[test]
    fn a_read_of_known_registers_is_answered_whole_and_in_part() {
        let keba = registers("keba-p20-p30");
        assert_eq!(keba.answer(255, &[3, 3, 246, 0, 2]), [3, 4, 0x05, 0x5D, 0x4A, 0x81]); // 90000001 at 1014
        assert_eq!(keba.answer(255, &[3, 3, 247, 0, 1]), [3, 2, 0x4A, 0x81]);
    }

    #[test]
    fn what_is_not_in_the_data_is_an_exception() {
        let keba = registers("keba-p20-p30");
        let exception = |unit, request: &[u8]| keba.answer(unit, request);
        assert_eq!(exception(1, &[3, 3, 246, 0, 2]), [0x83, NO_SUCH_UNIT]);
        assert_eq!(exception(255, &[4, 3, 246, 0, 2]), [0x84, ILLEGAL_ADDRESS], "an input register");
        assert_eq!(exception(255, &[3, 0, 0, 0, 1]), [0x83, ILLEGAL_ADDRESS]);
        assert_eq!(exception(255, &[3, 3, 246, 0, 126]), [0x83, ILLEGAL_VALUE]);
        assert_eq!(exception(255, &[3, 255, 255, 0, 2]), [0x83, ILLEGAL_ADDRESS]);
        assert_eq!(exception(255, &[3, 3]), [0x83, ILLEGAL_VALUE]);
        for function in [1, 5, 6, 15, 16, 17, 22, 23, 43] {
            assert_eq!(exception(255, &[function, 3, 246, 0, 2]), [function | 0x80, ILLEGAL_FUNCTION]);
        }
    }

    #[test]
    fn a_device_whose_unit_is_not_known_answers_to_any() {
        let go_e = registers("go-e-charger");
        assert_eq!(go_e.answer(1, &[4, 0, 105, 0, 2]), go_e.answer(99, &[4, 0, 105, 0, 2]));
        assert_eq!(go_e.answer(1, &[4, 0, 105, 0, 2]), [4, 4, b'5', b'5', b'.', b'0']);
    }
}
