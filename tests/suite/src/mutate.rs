//! Seeded damage: cut, flipped, doubled and reordered bytes, lines and entries.

use crate::Files;

/// A small generator whose sequence depends on the seed alone (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "random numbers have no end: an iterator would say they might")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { usize::try_from(self.next() % bound as u64).unwrap_or(0) }
    }

    /// Changes the order of a list.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(index + 1));
        }
    }
}

/// Damages a text or a binary in one to three places.
pub fn bytes(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        match random.below(9) {
            0 => {
                let end = random.below(bytes.len() + 1);
                bytes.truncate(end);
            }
            1 => {
                let end = random.below(bytes.len() + 1);
                bytes.drain(..end);
            }
            2 => {
                for _ in 0..=random.below(40) {
                    let at = random.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << random.below(8);
                    }
                }
            }
            3 => {
                let (from, to) = range(random, bytes.len(), 4096);
                let part = bytes[from..to].to_vec();
                let at = random.below(bytes.len() + 1);
                bytes.splice(at..at, part);
            }
            4 => {
                let (from, to) = range(random, bytes.len(), 4096);
                bytes.drain(from..to);
            }
            5 => lines(random, bytes),
            6 => {
                // What breaks YAML, JSON, tables and logs.
                const PIECES: [&[u8]; 16] = [
                    b"\t",
                    b"\0",
                    b"\r\n",
                    b"---\n",
                    b"\"",
                    b"'",
                    b"|\n",
                    b"&a [*a, *a]\n",
                    b"{",
                    b"]",
                    b": ",
                    b"\xff\xfe",
                    b"\xef\xbb\xbf",
                    b"\n- ",
                    b"\x1b[31m",
                    b"99999999999999999999",
                ];
                let piece = PIECES[random.below(PIECES.len())];
                let at = random.below(bytes.len() + 1);
                bytes.splice(at..at, piece.iter().copied());
            }
            7 => {
                // Digits changed: other times, counters, generations.
                for _ in 0..=random.below(60) {
                    let at = random.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at)
                        && byte.is_ascii_digit()
                    {
                        *byte = b'0' + u8::try_from(random.below(10)).unwrap_or(0);
                    }
                }
            }
            _ => {
                let (from, to) = range(random, bytes.len(), 64);
                for byte in &mut bytes[from..to] {
                    *byte = u8::try_from(random.below(256)).unwrap_or(0);
                }
            }
        }
    }
}

fn range(random: &mut Random, length: usize, most: usize) -> (usize, usize) {
    let from = random.below(length + 1);
    let to = (from + random.below(most)).min(length);
    (from, to)
}

/// Doubles, drops, swaps or indents whole lines.
fn lines(random: &mut Random, bytes: &mut Vec<u8>) {
    let mut list: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if list.is_empty() {
        return;
    }
    for _ in 0..=random.below(12) {
        let (a, b) = (random.below(list.len()), random.below(list.len()));
        match random.below(4) {
            0 => list.swap(a, b),
            1 => list.insert(a, list[b].clone()),
            2 => list[a].splice(0..0, b"  ".iter().copied()).for_each(drop),
            _ if list.len() > 1 => {
                list.remove(a);
            }
            _ => {}
        }
    }
    *bytes = list.concat();
}

/// Damages the entries of a bundle: their content, their names, their number.
pub fn entries(random: &mut Random, files: &mut Files) {
    let names: Vec<String> = files.keys().cloned().collect();
    if names.is_empty() {
        return;
    }
    for _ in 0..=random.below(3) {
        let name = &names[random.below(names.len())];
        let other = &names[random.below(names.len())];
        match random.below(5) {
            0 => {
                files.remove(name);
            }
            1 => {
                if let Some(content) = files.get(name).cloned() {
                    files.insert(format!("copy/{other}"), content);
                }
            }
            2 => {
                // Contents change places: nothing may trust a name.
                if let (Some(a), Some(b)) = (files.get(name).cloned(), files.get(other).cloned()) {
                    files.insert(name.clone(), b);
                    files.insert(other.clone(), a);
                }
            }
            3 => {
                if let Some(extra) = files.get(other).cloned()
                    && let Some(content) = files.get_mut(name)
                {
                    content.extend(extra);
                }
            }
            _ => {
                if let Some(content) = files.get_mut(name) {
                    bytes(random, content);
                }
            }
        }
    }
}
