//! The programs' own line forms, behind any prefix of a collector.

use super::dialect::Dialect;
use super::line::{Head, Level};
use super::stamp::{self, LogTime};
use super::{ansi, json};

/// Reads the inner form of a line. Returns false, and leaves the place alone, when nothing is known of it.
pub(super) fn read(head: &mut Head<'_>) -> bool {
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
        head.target = rest.get(..close).and_then(|text| text.split_whitespace().last());
        head.at += close + 1;
    }
    head.skip(1);
    true
}

/// ` INFO target: …` without a time, or `INF message`.
fn bare_level(head: &mut Head<'_>) -> bool {
    let word = head.peek();
    let known = matches!(word, "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE" | "ERR" | "WRN" | "INF" | "DBG");
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
        head.dialect = Some(if word.starts_with('[') { Dialect::Timestamped } else { Dialect::Tint });
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
    let is_target = ansi::strip(raw).ends_with(':');
    let name = word.trim_end_matches(':');
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'));
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
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
        head.skip(1);
        return;
    }
    head.dialect = Some(Dialect::Frr);
    head.target = Some(name);
    head.at = ahead.at;
    head.skip(1);
    // `[ZCJ3S-SPH5S]` and `[EC 33554454]`.
    for _ in 0..3 {
        let Some(close) = head.rest().strip_prefix('[').and_then(|rest| rest.find(']')).filter(|at| *at < 40) else {
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
