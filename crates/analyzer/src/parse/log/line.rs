//! One log line: time, level, thread and where the message begins, for every dialect that bundles hold
//! (bundle reference 4.9, gateway reference 7). Offsets are those of the raw line, colours included.

use jiff::Timestamp;

use super::ansi::sequence_len;
use super::dialect::Dialect;
use super::stamp::LogTime;
use super::{program, wrapper};

/// Severity that a line states of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Trace.
    Trace,
    /// Debug.
    Debug,
    /// Information, also syslog's notice.
    Info,
    /// Warning.
    Warn,
    /// Error.
    Error,
    /// Fatal, critical, alert, emergency.
    Fatal,
}

impl Level {
    /// Reads `INFO`, `inf`, `INF+1`, `WARNING`, `notice` and their like.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim_matches(['[', ']', ':']);
        let word = word.split(['+', '-']).next().unwrap_or("");
        if word.len() > 8 || word.is_empty() {
            return None;
        }
        const WORDS: [(&str, Level); 22] = [
            ("TRACE", Level::Trace),
            ("TRC", Level::Trace),
            ("DEBUG", Level::Debug),
            ("DBG", Level::Debug),
            ("INFO", Level::Info),
            ("INF", Level::Info),
            ("NOTICE", Level::Info),
            ("SYSTEM", Level::Info),
            ("NOTE", Level::Info),
            ("WARN", Level::Warn),
            ("WRN", Level::Warn),
            ("WARNING", Level::Warn),
            ("ERROR", Level::Error),
            ("ERR", Level::Error),
            ("FATAL", Level::Fatal),
            ("CRIT", Level::Fatal),
            ("CRITICAL", Level::Fatal),
            ("ALERT", Level::Fatal),
            ("EMERG", Level::Fatal),
            ("PANIC", Level::Fatal),
            ("FTL", Level::Fatal),
            ("PNC", Level::Fatal),
        ];
        WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, level)| *level)
    }
}

/// What the head of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineInfo<'t> {
    /// Time, the outermost one where a collector added its own.
    pub time: Option<LogTime>,
    /// Level.
    pub level: Option<Level>,
    /// Thread name (dataplane).
    pub thread: Option<&'t str>,
    /// Module, daemon or unit that wrote the line.
    pub target: Option<&'t str>,
    /// Byte offset in the line at which the message begins.
    pub message_start: usize,
    /// One past the last byte of the message.
    pub message_end: usize,
    /// Form of the line; `None` for a line without time and level.
    pub dialect: Option<Dialect>,
}

impl LineInfo<'_> {
    /// True for a line that begins a message; any other belongs to the message above it.
    #[must_use]
    pub fn starts_message(&self) -> bool {
        self.time.is_some() || self.level.is_some()
    }
}

/// Parses the head of one line (without its newline). `reference` is the capture time: it gives
/// yearless stamps their year.
#[must_use]
pub fn parse_line(line: &str, reference: Option<Timestamp>) -> LineInfo<'_> {
    let mut head = Head::new(line, reference);
    // Prefixes nest: `[pod/…] <RFC 3339> Mar  4 …`, journald around klog.
    for _ in 0..5 {
        if !wrapper::strip(&mut head) {
            break;
        }
    }
    let wrapped = head.at;
    if !program::read(&mut head) && !wrapper::stern(&mut head) {
        head.at = wrapped;
    }
    head.info()
}

/// The state of reading one line from its left.
#[derive(Clone)]
pub(super) struct Head<'t> {
    /// The raw line.
    pub(super) line: &'t str,
    /// Where reading goes on.
    pub(super) at: usize,
    /// End of the message.
    pub(super) end: usize,
    pub(super) reference: Option<Timestamp>,
    pub(super) time: Option<LogTime>,
    pub(super) level: Option<Level>,
    pub(super) thread: Option<&'t str>,
    pub(super) target: Option<&'t str>,
    pub(super) dialect: Option<Dialect>,
}

impl<'t> Head<'t> {
    fn new(line: &'t str, reference: Option<Timestamp>) -> Self {
        let end = line.trim_end_matches(['\r', '\n']).len();
        Self { line, at: 0, end, reference, time: None, level: None, thread: None, target: None, dialect: None }
    }

    fn info(&self) -> LineInfo<'t> {
        LineInfo {
            time: self.time,
            level: self.level,
            thread: self.thread,
            target: self.target,
            message_start: self.at.min(self.end),
            message_end: self.end,
            dialect: self.dialect,
        }
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.line.as_bytes()
    }

    /// Text from here to the end.
    pub(super) fn rest(&self) -> &'t str {
        self.line.get(self.at..self.end).unwrap_or("")
    }

    /// The first time found wins, unless it could not be dated.
    pub(super) fn set_time(&mut self, time: LogTime) {
        if self.time.is_none_or(|known| known.at().is_none()) {
            self.time = Some(time);
        }
    }

    /// Skips colour sequences, and spaces and tabs up to `blanks`.
    pub(super) fn skip(&mut self, mut blanks: usize) {
        loop {
            let rest = self.bytes().get(self.at..self.end).unwrap_or(&[]);
            let len = sequence_len(rest);
            if len > 0 {
                self.at += len;
            } else if blanks > 0 && matches!(rest.first(), Some(b' ' | b'\t')) {
                blanks -= 1;
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next word, without colours around it; moves behind it.
    pub(super) fn word(&mut self) -> &'t str {
        self.skip(usize::MAX);
        let start = self.at;
        while let Some(byte) = self.bytes().get(self.at).filter(|_| self.at < self.end) {
            if matches!(byte, b' ' | b'\t') {
                break;
            }
            self.at += 1;
        }
        let word = self.line.get(start..self.at).unwrap_or("");
        // A colour may end inside the word: `target ESC[0m ESC[2m : ESC[0m`.
        word.find('\u{1b}').and_then(|end| word.get(..end)).unwrap_or(word)
    }

    /// The next word without moving.
    pub(super) fn peek(&self) -> &'t str {
        self.clone().word()
    }
}
