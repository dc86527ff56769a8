//! Ethernet addresses.

use std::fmt;

/// A 48-bit Ethernet address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mac([u8; 6]);

impl Mac {
    /// Parses `ca:fe:ba:be:00:01`, the same with dashes, or `cafe.babe.0001`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (separator, width) = match (text.contains(':'), text.contains('-')) {
            (true, false) => (':', 2),
            (false, true) => ('-', 2),
            (false, false) => ('.', 4),
            (true, true) => return None,
        };
        let mut bytes = [0; 6];
        let mut slots = bytes.iter_mut();
        for group in text.split(separator) {
            if group.len() != width || !group.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let value = u16::from_str_radix(group, 16).ok()?.to_be_bytes();
            for byte in value.iter().skip(if width == 2 { 1 } else { 0 }) {
                *slots.next()? = *byte;
            }
        }
        slots.next().is_none().then_some(Self(bytes))
    }

    /// Whether it is `00:00:00:00:00:00`.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 6]
    }

    /// Whether the group bit is set.
    #[must_use]
    pub fn is_multicast(&self) -> bool {
        self.0.first().is_some_and(|b| b & 1 == 1)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        for text in ["CA:FE:BA:BE:00:21", "ca-fe-ba-be-00-21", "cafe.babe.0021"] {
            assert_eq!(Mac::parse(text).unwrap().to_string(), "ca:fe:ba:be:00:21", "{text}");
        }
        for text in
            ["", "ca:fe:ba:be:00", "ca:fe:ba:be:00:21:22", "ca:fe:ba:be:00:g1", "cafebabe0021", "+a:fe:ba:be:00:21"]
        {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
        assert!(Mac::parse("00:00:00:00:00:00").unwrap().is_zero());
        assert!(Mac::parse("01:00:5e:00:00:01").unwrap().is_multicast());
        assert!(!Mac::parse("ca:fe:ba:be:00:21").unwrap().is_multicast());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = Mac::parse(&text);
        }
    }
}
