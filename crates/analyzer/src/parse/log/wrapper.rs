//! Prefixes that collectors put before the program's own line.

use super::dialect::Dialect;
use super::json::quote_end;
use super::line::{Head, Level};
use super::program;
use super::stamp::{self, LogTime};

/// Takes one prefix off. False when there is none.
pub(super) fn strip(head: &mut Head<'_>) -> bool {
    pod(head) || docker(head) || runtime(head) || syslog(head)
}

/// `[pod/<pod>/<container>] ` of `kubectl logs --prefix`.
fn pod(head: &mut Head<'_>) -> bool {
    let rest = head.rest();
    if !rest.starts_with("[pod/") {
        return false;
    }
    let Some(close) = rest.find("] ") else {
        return false;
    };
    head.target = rest.get(5..close);
    head.at += close + 2;
    true
}

/// `{"log":"…\n","stream":"stderr","time":"…"}` of docker's JSON files.
fn docker(head: &mut Head<'_>) -> bool {
    let rest = head.rest();
    if !rest.starts_with("{\"log\":\"") {
        return false;
    }
    let close = quote_end(rest.as_bytes(), 8);
    let Some(tail) = rest.get(close..) else {
        return false;
    };
    if let Some((time, _)) =
        tail.find("\"time\":\"").and_then(|at| tail.get(at + 8..)).and_then(|text| stamp::rfc3339(text.as_bytes(), 0))
    {
        head.set_time(LogTime::At(time));
    }
    let text = rest.get(8..close).unwrap_or("");
    let text = text.strip_suffix("\\n").unwrap_or(text);
    head.end = head.at + 8 + text.len();
    head.at += 8;
    head.dialect = Some(Dialect::Docker);
    true
}

/// An RFC 3339 stamp that is not the program's own: `--timestamps`, CRI files, ISO journald, syslog.
fn runtime(head: &mut Head<'_>) -> bool {
    let Some((time, end)) = stamp::rfc3339(head.bytes(), head.at) else {
        return false;
    };
    let mut ahead = head.clone();
    ahead.at = end;
    let zulu = matches!(head.bytes().get(end.saturating_sub(1)), Some(b'Z'));
    if ahead.at >= ahead.end || !matches!(head.bytes().get(end), Some(b' ' | b'\t')) {
        return false;
    }
    // `… INFO …` is the form of the dataplane itself; a second prefix means that the first was added.
    if Level::parse(ahead.peek()).is_some() {
        return false;
    }
    ahead.set_time(LogTime::At(time));
    ahead.dialect = Some(Dialect::Timestamped);
    let mut words = ahead.clone();
    let (first, second) = (words.word(), words.word());
    if matches!(first, "stdout" | "stderr") && matches!(second, "F" | "P") {
        words.skip(1);
        words.dialect = Some(Dialect::Cri);
        *head = words;
        return true;
    }
    // A severity word stands between host and program in SONiC's files.
    let host = !first.is_empty() && stamp::rfc3339(first.as_bytes(), 0).is_none();
    let graded = Level::parse(second).is_some() && unit(words.word()).is_some();
    let tag = unit(second).is_some() && (second.contains('[') || !zulu);
    if host && (graded || tag) {
        ahead.word();
        ahead.dialect = Some(Dialect::Journal);
        tagged(&mut ahead);
        *head = ahead;
        return true;
    }
    ahead.skip(1);
    *head = ahead;
    true
}

/// The name of `unit[123]:` or `kernel:`.
fn unit(word: &str) -> Option<&str> {
    let name = word.strip_suffix(':')?;
    let name = name.split('[').next().unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

/// `unit[pid]: ` or SONiC's `program#sub: ` before the message, after an optional severity word.
fn tagged(head: &mut Head<'_>) {
    let mut ahead = head.clone();
    let mut word = ahead.word();
    if let Some(level) = Level::parse(word).filter(|_| !word.ends_with(':')) {
        head.level = Some(level);
        head.at = ahead.at;
        word = ahead.word();
    }
    if let Some(name) = unit(word) {
        head.target = Some(name);
        head.at = ahead.at;
    }
    head.skip(1);
}

/// `Mar 04 09:20:30 host unit[pid]: `, with a year before it (SONiC) or `<PRI>`.
fn syslog(head: &mut Head<'_>) -> bool {
    let mut ahead = head.clone();
    if let Some(close) = ahead.rest().strip_prefix('<').and_then(|rest| rest.find('>')).filter(|at| *at <= 3) {
        ahead.at += close + 2;
        if ahead.rest().starts_with("1 ") {
            ahead.at += 2;
            return rfc5424(head, ahead);
        }
    }
    let bytes = ahead.bytes();
    let dated = bytes
        .get(ahead.at..ahead.at + 5)
        .is_some_and(|year| year.iter().take(4).all(u8::is_ascii_digit) && year.last() == Some(&b' '));
    let year = if dated {
        let year: Option<i16> = ahead.rest().get(..4).and_then(|year| year.parse().ok());
        ahead.at += 5;
        year
    } else {
        None
    };
    let Some((month, day, time, end)) = stamp::month_day_clock(bytes, ahead.at) else {
        return false;
    };
    ahead.at = end;
    let mut words = ahead.clone();
    let host = words.word();
    if host.is_empty() || Level::parse(host).is_some() {
        return false;
    }
    // Third word: `unit[pid]:`, or a severity and then the program.
    let third = words.word();
    let program = if Level::parse(third).is_some() && !third.ends_with(':') { words.word() } else { third };
    if unit(program).is_none() {
        return false;
    }
    let time = year
        .and_then(|year| jiff::civil::Date::new(year, month, day).ok())
        .and_then(|date| stamp::utc(date, time))
        .map_or_else(|| stamp::with_year(month, day, time, head.reference), LogTime::At);
    ahead.set_time(time);
    ahead.dialect = Some(Dialect::Journal);
    ahead.word();
    tagged(&mut ahead);
    *head = ahead;
    true
}

/// `<PRI>1 STAMP host app pid id - message`.
fn rfc5424(head: &mut Head<'_>, mut ahead: Head<'_>) -> bool {
    let line = head.line;
    let Some((time, end)) = stamp::rfc3339(ahead.bytes(), ahead.at) else {
        return false;
    };
    ahead.at = end;
    ahead.word();
    let app = ahead.word();
    let target = line.find(app).and_then(|at| line.get(at..at + app.len()));
    ahead.word();
    ahead.word();
    ahead.skip(usize::MAX);
    // Structured data: `-` or `[…]`.
    if ahead.rest().starts_with('[') {
        let Some(close) = ahead.rest().find("] ") else {
            return false;
        };
        ahead.at += close + 1;
    } else {
        ahead.word();
    }
    ahead.skip(1);
    head.set_time(LogTime::At(time));
    head.target = target;
    head.dialect = Some(Dialect::Journal);
    head.at = ahead.at;
    true
}

/// `<pod> <container> ` of stern, recognised only by a known form behind it.
pub(super) fn stern(head: &mut Head<'_>) -> bool {
    let mut ahead = head.clone();
    let (pod, container) = (ahead.word(), ahead.word());
    let name = |word: &str| {
        word.len() > 1
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    };
    if !name(pod) || !name(container) {
        return false;
    }
    let found = program::read(&mut ahead) && ahead.time.is_some();
    if found {
        *head = ahead;
    }
    found
}
