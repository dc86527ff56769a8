//! Text that is shared, never copied.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text, or a part of one. Copies share the bytes: a dump's strings and a file's sections are parts of what
/// was read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    whole: Arc<String>,
    start: usize,
    end: usize,
}

impl Text {
    /// The part between two byte offsets; empty where they do not fit.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Self {
        let (start, end) = (self.start.saturating_add(start), self.start.saturating_add(end));
        if end > self.end || self.whole.get(start..end).is_none() {
            return Self::default();
        }
        Self { whole: self.whole.clone(), start, end }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let end = text.len();
        Self { whole: Arc::new(text), start: 0, end }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.whole.get(self.start..self.end).unwrap_or("")
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_parts() {
        let text = Text::from("grün ist die Hoffnung");
        let part = text.part(6, 13);
        assert_eq!(&*part, "ist die");
        assert_eq!(&*part.part(4, 7), "die");
        assert_eq!(part.as_ptr(), text[6..].as_ptr());
    }

    #[test]
    fn what_does_not_fit_is_empty() {
        let text = Text::from("grün");
        for (start, end) in [(0, 3), (3, 1), (0, 99), (usize::MAX, usize::MAX)] {
            assert_eq!(&*text.part(start, end), "", "{start}..{end}");
        }
        assert_eq!(&*text.part(0, 2).part(0, 4), "", "a part ends where it ends");
    }
}
