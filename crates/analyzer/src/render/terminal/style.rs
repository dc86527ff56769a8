//! Colours.

/// Paints text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// True to write escape sequences.
    pub color: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Faulty.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Needs attention.
    #[must_use]
    pub fn warn(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// Healthy.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    /// Less important.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// More important.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A command to run.
    #[must_use]
    pub fn command(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// The word of a severity, upper case, in its colour.
    #[must_use]
    pub fn severity(self, word: &str) -> String {
        let upper = word.to_uppercase();
        match word {
            "critical" | "error" => self.bad(&upper),
            "warning" => self.warn(&upper),
            _ => self.dim(&upper),
        }
    }
}
