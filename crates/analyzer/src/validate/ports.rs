//! Port ranges as peerings write them.

use std::fmt;

/// An inclusive range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// First port.
    pub lo: u16,
    /// Last port.
    pub hi: u16,
}

/// Why a port entry is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortError {
    /// Nothing in it.
    Empty,
    /// Blanks around it.
    Blanks,
    /// A comma list.
    List,
    /// Not a number, or not within 0..=65535.
    Number(String),
    /// Not `start-end`.
    Format,
    /// Start after end.
    Reversed(u16, u16),
}

impl PortRange {
    /// Parses `80` or `8000-8010`. Port 0 is accepted here, as the dataplane's parser does (it refuses it later).
    ///
    /// # Errors
    /// The reason in the webhook's terms (gateway reference 3.1, P7).
    pub fn parse(text: &str) -> Result<Self, PortError> {
        if text.is_empty() {
            return Err(PortError::Empty);
        }
        if text.trim() != text {
            return Err(PortError::Blanks);
        }
        if text.contains(',') {
            return Err(PortError::List);
        }
        let Some((start, end)) = text.split_once('-') else {
            let port = number(text)?;
            return Ok(Self { lo: port, hi: port });
        };
        if start.is_empty() || end.is_empty() || end.contains('-') {
            return Err(PortError::Format);
        }
        let (lo, hi) = (number(start)?, number(end)?);
        if lo > hi { Err(PortError::Reversed(lo, hi)) } else { Ok(Self { lo, hi }) }
    }

    /// Number of ports.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::from(self.hi.saturating_sub(self.lo)) + 1
    }

    /// Whether the two share a port.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.lo <= other.hi && other.lo <= self.hi
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lo == self.hi { write!(f, "{}", self.lo) } else { write!(f, "{}-{}", self.lo, self.hi) }
    }
}

impl PortError {
    /// The webhook's words for it (gateway reference 3.1, P7); `text` is the entry.
    #[must_use]
    pub fn webhook_text(&self, text: &str) -> String {
        match self {
            Self::Empty => "port entry should not be empty".to_owned(),
            Self::Blanks => {
                format!("port entry \"{text}\" should not contain leading or trailing whitespace")
            }
            Self::List => format!("port entry \"{text}\" should be a single port or range"),
            Self::Number(n) => format!("invalid port {n}: port should be between 1 and 65535"),
            Self::Format => format!("invalid port range {text}: should be in format start-end"),
            Self::Reversed(lo, hi) => {
                format!("invalid port range {text}: start port {lo} is greater than end port {hi}")
            }
        }
    }
}

fn number(text: &str) -> Result<u16, PortError> {
    let bad = || PortError::Number(text.to_owned());
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().map_err(|_| bad()) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        assert_eq!(PortRange::parse("80"), Ok(PortRange { lo: 80, hi: 80 }));
        assert_eq!(PortRange::parse("8000-8010").map(|r| r.size()), Ok(11));
        assert_eq!(PortRange::parse("0"), Ok(PortRange { lo: 0, hi: 0 }));
        assert_eq!(PortRange::parse("0-65535").map(|r| r.size()), Ok(65_536));
        for (text, error) in [
            ("", PortError::Empty),
            (" 80", PortError::Blanks),
            ("80,81", PortError::List),
            ("65536", PortError::Number("65536".into())),
            ("http", PortError::Number("http".into())),
            ("-80", PortError::Format),
            ("80-", PortError::Format),
            ("80-81-82", PortError::Format),
            ("90-80", PortError::Reversed(90, 80)),
        ] {
            assert_eq!(PortRange::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn relations() {
        let r = |t| PortRange::parse(t).unwrap();
        assert!(r("80-90").overlaps(&r("90-100")));
        assert!(!r("80-89").overlaps(&r("90")));
        assert!(r("80-90").contains(&r("81")));
        assert!(!r("81").contains(&r("80-90")));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}") {
            if let Err(e) = PortRange::parse(&text) {
                let _ = e.webhook_text(&text);
            }
        }
    }
}
