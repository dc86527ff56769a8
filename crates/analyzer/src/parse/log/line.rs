//! One log line: time, level, thread and where the message begins, for every dialect that bundles hold
//! (bundle reference 4.9, gateway reference 7). Offsets are those of the raw line, colours included.

use jiff::Timestamp;

use super::ansi::sequence_len;
use super::dialect::Dialect;
use super::stamp::{self, LogTime};
use super::{json, wrapper};

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
        WORDS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map(|(_, level)| *level)
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
    if !core(&mut head) && !wrapper::stern(&mut head) {
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
        Self {
            line,
            at: 0,
            end,
            reference,
            time: None,
            level: None,
            thread: None,
            target: None,
            dialect: None,
        }
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
        word.find('\u{1b}')
            .and_then(|end| word.get(..end))
            .unwrap_or(word)
    }

    /// The next word without moving.
    pub(super) fn peek(&self) -> &'t str {
        self.clone().word()
    }
}

/// Reads the inner form of a line. Returns false, and leaves the place alone, when nothing is known of it.
pub(super) fn core(head: &mut Head<'_>) -> bool {
    let before = head.clone();
    head.skip(usize::MAX);
    let (bytes, at) = (head.bytes(), head.at);
    let found = match bytes.get(at) {
        Some(b'0'..=b'9') => digits(head),
        Some(b't' | b'l') => logfmt(head),
        Some(b'{') => json::structured(head),
        Some(b'A'..=b'Z' | b'[') => klog(head) || tint_month(head) || bare_level(head),
        _ => false,
    };
    if !found {
        *head = before;
    }
    found
}

/// Forms that begin with a digit.
fn digits(head: &mut Head<'_>) -> bool {
    let (bytes, at) = (head.bytes(), head.at);
    if let Some((time, end)) = stamp::rfc3339(bytes, at) {
        let Some(level) = ({
            let mut ahead = head.clone();
            ahead.at = end;
            Level::parse(ahead.peek())
        }) else {
            return false;
        };
        head.at = end;
        head.set_time(LogTime::At(time));
        head.level = Some(level);
        head.word();
        tracing(head);
        return true;
    }
    for (separator, dialect) in [(b'-', Dialect::Tint), (b'/', Dialect::Frr)] {
        let Some(day) = stamp::date(bytes, at, separator) else {
            continue;
        };
        if bytes.get(at + 10) != Some(&b' ') {
            return false;
        }
        let Some((time, end)) = stamp::clock(bytes, at + 11) else {
            return false;
        };
        let Some(time) = stamp::utc(day, time) else {
            return false;
        };
        head.at = end;
        head.set_time(LogTime::At(time));
        if dialect == Dialect::Frr {
            frr(head);
        } else {
            level_then_message(head, Dialect::Tint);
        }
        return true;
    }
    if let Some((time, end)) = stamp::clock(bytes, at) {
        head.at = end;
        if Level::parse(head.peek()).is_none() {
            return false;
        }
        head.set_time(LogTime::Clock(time));
        level_then_message(head, Dialect::Tint);
        return true;
    }
    false
}

/// An optional level word, then the message.
fn level_then_message(head: &mut Head<'_>, dialect: Dialect) {
    head.dialect = Some(dialect);
    if let Some(level) = Level::parse(head.peek()) {
        head.level = Some(level);
        head.word();
    } else {
        head.dialect = Some(Dialect::Timestamped);
    }
    head.skip(1);
}

/// `Mar  4 09:20:30.123 INF message`.
fn tint_month(head: &mut Head<'_>) -> bool {
    let Some((month, day, time, end)) = stamp::month_day_clock(head.bytes(), head.at) else {
        return false;
    };
    head.at = end;
    head.set_time(stamp::with_year(month, day, time, head.reference));
    level_then_message(head, Dialect::Tint);
    true
}

/// `I1005 10:55:09.123456    1 file.go:98] message`.
fn klog(head: &mut Head<'_>) -> bool {
    let (bytes, at) = (head.bytes(), head.at);
    let level = match bytes.get(at) {
        Some(b'I') => Level::Info,
        Some(b'W') => Level::Warn,
        Some(b'E') => Level::Error,
        Some(b'F') => Level::Fatal,
        _ => return false,
    };
    let Some((month, day)) = stamp::klog_day(bytes, at + 1) else {
        return false;
    };
    if bytes.get(at + 5) != Some(&b' ') {
        return false;
    }
    let Some((time, end)) = stamp::clock(bytes, at + 6) else {
        return false;
    };
    head.at = end;
    head.set_time(stamp::with_year(month, day, time, head.reference));
    head.level = Some(level);
    head.dialect = Some(Dialect::Klog);
    let rest = head.rest();
    // The thread id and `file.go:98]` stand before the message.
    if let Some(close) = rest.find("] ").filter(|close| *close < 120) {
        head.target = rest
            .get(..close)
            .and_then(|text| text.split_whitespace().last());
        head.at += close + 1;
    }
    head.skip(1);
    true
}

/// ` INFO target: …` without a time, or `INF message`.
fn bare_level(head: &mut Head<'_>) -> bool {
    let word = head.peek();
    let known = matches!(
        word,
        "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE" | "ERR" | "WRN" | "INF" | "DBG"
    );
    let bracketed = word.starts_with('[') && word.ends_with(']');
    if !known && !bracketed {
        return false;
    }
    let Some(level) = Level::parse(word) else {
        return false;
    };
    head.level = Some(level);
    head.word();
    if word.len() > 3 && !word.starts_with('[') {
        tracing(head);
    } else {
        head.dialect = Some(if word.starts_with('[') {
            Dialect::Timestamped
        } else {
            Dialect::Tint
        });
        head.skip(1);
    }
    true
}

/// What follows the level in `tracing` output: `[thread [ThreadId(03)]] target: [LINE:] message`.
fn tracing(head: &mut Head<'_>) {
    head.dialect = Some(Dialect::Tracing);
    let plain = head.clone();
    let mut word = target(head);
    if word.is_none() {
        let thread = head.word();
        if head.peek().starts_with("ThreadId(") {
            head.word();
        }
        word = target(head);
        head.thread = word.and(Some(thread));
    }
    let Some(found) = word else {
        // No target: the message follows the level.
        let (thread, target) = (head.thread, head.target);
        *head = plain;
        (head.thread, head.target) = (thread, target);
        head.skip(1);
        return;
    };
    head.target = Some(found);
    let mut ahead = head.clone();
    let line = ahead.word().trim_end_matches(':');
    if !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()) {
        head.at = ahead.at;
    }
    head.skip(1);
}

/// `module::path:`, if the next word is one; otherwise nothing is consumed.
fn target<'t>(head: &mut Head<'t>) -> Option<&'t str> {
    let mut ahead = head.clone();
    ahead.skip(usize::MAX);
    let start = ahead.at;
    let word = ahead.word();
    let raw = ahead.line.get(start..ahead.at)?;
    let is_target = super::ansi::strip(raw).ends_with(':');
    let name = word.trim_end_matches(':');
    let fits = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'));
    if is_target && fits {
        head.at = ahead.at;
        Some(name)
    } else {
        None
    }
}

/// `BGP: [TAG][EC n] message` behind the stamp; other text stays as it is.
fn frr(head: &mut Head<'_>) {
    head.dialect = Some(Dialect::Timestamped);
    let mut ahead = head.clone();
    let word = ahead.word();
    let Some(name) = word.strip_suffix(':') else {
        head.skip(1);
        return;
    };
    if name.is_empty()
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    {
        head.skip(1);
        return;
    }
    head.dialect = Some(Dialect::Frr);
    head.target = Some(name);
    head.at = ahead.at;
    head.skip(1);
    // `[ZCJ3S-SPH5S]` and `[EC 33554454]`.
    for _ in 0..3 {
        let Some(close) = head
            .rest()
            .strip_prefix('[')
            .and_then(|rest| rest.find(']'))
            .filter(|at| *at < 40)
        else {
            break;
        };
        head.at += close + 2;
        head.skip(1);
    }
}

/// `time=… level=… msg="…"`, `ts=… level=…`, `level=… msg=…`.
fn logfmt(head: &mut Head<'_>) -> bool {
    let start = head.at;
    let dialect = if head.rest().starts_with("time=") {
        Dialect::Slog
    } else if head.rest().starts_with("ts=") || head.rest().starts_with("level=") {
        Dialect::Logfmt
    } else {
        return false;
    };
    let mut found = false;
    for pair in json::pairs(head.line, start).take(8) {
        let Some(value) = head.line.get(pair.value_start..pair.value_end) else {
            break;
        };
        match pair.key {
            "time" | "ts" => {
                if let Some((time, _)) = stamp::rfc3339(value.as_bytes(), 0) {
                    head.set_time(LogTime::At(time));
                    found = true;
                }
            }
            "level" => {
                head.level = Level::parse(value);
                found |= head.level.is_some();
            }
            "msg" if found => {
                head.at = pair.value_start;
                head.dialect = Some(dialect);
                return true;
            }
            _ => {}
        }
        if matches!(pair.key, "time" | "ts" | "level") {
            head.at = pair.end;
        }
    }
    if found {
        head.dialect = Some(dialect);
        head.skip(1);
    }
    found
}
