//! Looks at the headers of WebSocket frames as they pass (RFC 6455 5.2): the library that reads them tells nobody how a
//! message came.

use chargehand_ocpp::Deviation;

/// The longest header, bytes: two, a length of eight, a mask of four.
const LONGEST: usize = 14;
/// The bit of a frame's first byte that says that it is the last of its message.
const LAST: u8 = 0x80;
/// The bit of a frame's second byte that says that it is masked.
const MASKED: u8 = 0x80;

/// What was seen of one connection's frames.
#[derive(Debug, Default)]
pub struct Framing {
    header: [u8; LONGEST],
    read: usize,
    /// So much of a payload passes before the next header.
    payload: u64,
    unmasked: Seen,
    in_pieces: Seen,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Seen {
    #[default]
    No,
    Yes,
    Told,
}

impl Framing {
    /// Takes what was read from the wire, however it is cut.
    pub fn look(&mut self, mut bytes: &[u8]) {
        while let Some(&byte) = bytes.first() {
            if self.payload > 0 {
                let passes = usize::try_from(self.payload).unwrap_or(usize::MAX).min(bytes.len());
                bytes = &bytes[passes..];
                self.payload -= passes as u64;
                continue;
            }
            self.header[self.read] = byte;
            self.read += 1;
            bytes = &bytes[1..];
            if self.read >= 2 && self.read == self.length() {
                self.finish();
            }
        }
    }

    /// How long the header is, as far as its second byte tells.
    fn length(&self) -> usize {
        let second = self.header[1];
        let extended = match second & !MASKED {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + extended + if second & MASKED == 0 { 0 } else { 4 }
    }

    fn finish(&mut self) {
        let [first, second, extended @ ..] = self.header;
        self.payload = match second & !MASKED {
            126 => u64::from(u16::from_be_bytes([extended[0], extended[1]])),
            127 => extended[..8].iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
            short => u64::from(short),
        };
        self.read = 0;
        see(&mut self.unmasked, second & MASKED == 0);
        see(&mut self.in_pieces, first & LAST == 0);
    }

    /// What was odd about the frames, each once.
    pub fn odd(&mut self) -> Vec<Deviation> {
        let found = [
            (&mut self.unmasked, Deviation::hard("unmasked_frame", "", "")),
            (&mut self.in_pieces, Deviation::soft("message_in_pieces", "", "")),
        ];
        let new = found.into_iter().filter(|(seen, _)| **seen == Seen::Yes);
        new.map(|(seen, deviation)| (*seen = Seen::Told, deviation).1).collect()
    }
}

fn see(seen: &mut Seen, now: bool) {
    if now && *seen == Seen::No {
        *seen = Seen::Yes;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(first: u8, length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { MASKED } else { 0 };
        let mut bytes = match length {
            0..126 => vec![first, mask | length as u8],
            126..65_536 => [&[first, mask | 126][..], &(length as u16).to_be_bytes()].concat(),
            _ => [&[first, mask | 127][..], &(length as u64).to_be_bytes()].concat(),
        };
        bytes.extend([7; 4].iter().filter(|_| masked));
        // A payload that would mislead whoever took it for a header.
        bytes.extend(vec![0; length]);
        bytes
    }

    fn rules(framing: &mut Framing) -> Vec<String> {
        framing.odd().into_iter().map(|deviation| deviation.rule.into_owned()).collect()
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_same_is_seen(
            lengths in proptest::collection::vec(prop_oneof![0..130_usize, 65_500..65_600_usize], 1..5),
            cut in 1..5_000_usize, unmasked: bool, pieces: bool,
        ) {
            let plain = lengths.iter().flat_map(|length| frame(0x81, *length, true));
            let odd = frame(if pieces { 0x01 } else { 0x81 }, 5, !unmasked);
            let bytes: Vec<u8> = plain.chain(odd).chain(frame(0x80, 3, !unmasked)).collect();
            let mut framing = Framing::default();
            bytes.chunks(cut).for_each(|piece| framing.look(piece));
            let named = rules(&mut framing);
            prop_assert_eq!(named.contains(&"unmasked_frame".to_owned()), unmasked);
            prop_assert_eq!(named.contains(&"message_in_pieces".to_owned()), pieces);
            prop_assert!(rules(&mut framing).is_empty(), "told once");
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut framing = Framing::default();
            framing.look(&bytes);
            framing.look(&bytes);
        }
    }
}
