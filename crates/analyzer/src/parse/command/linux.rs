//! Outputs of Linux tools.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::capture::{captured, without_escapes};
use super::piece::{Piece, Spanned};
use super::when::month;

/// Interface names of `ip link`, `ip addr` or their `-br` forms. `None` where the text has no such form.
#[must_use]
pub fn ip_link_names(text: &str) -> Option<Vec<Spanned<String>>> {
    captured(text).ok()?;
    let clean = without_escapes(text);
    let mut names = Vec::new();
    for line in Piece::new(&clean, 0).lines() {
        names.extend(long_form(line).or_else(|| brief_form(line)));
    }
    (!names.is_empty()).then_some(names)
}

/// `3: flannel.1: <BROADCAST,…> mtu …`, `4: eth0@if5: <…>`.
fn long_form(line: Piece<'_>) -> Option<Spanned<String>> {
    let (index, rest) = line.split_once(": ")?;
    let (name, rest) = rest.split_once(": ")?;
    let is_link = index.text.parse::<u32>().is_ok() && rest.text.trim_start().starts_with('<');
    is_link.then(|| without_peer(name).string())
}

/// `flannel.1        UNKNOWN        ca:fe:…`.
fn brief_form(line: Piece<'_>) -> Option<Spanned<String>> {
    let mut words = line.words();
    let name = words.next()?;
    let state = words.next()?.text;
    let known = matches!(state, "UP" | "DOWN" | "UNKNOWN" | "LOWERLAYERDOWN" | "DORMANT" | "NOTPRESENT" | "TESTING");
    (known && line.indent() == 0).then(|| without_peer(name).string())
}

fn without_peer(name: Piece<'_>) -> Piece<'_> {
    name.split_once("@").map_or(name, |(name, _)| name)
}

/// The time of `date`: `Wed Mar 11 15:02:40 UTC 2026`, `Wed Mar 11 03:02:40 PM UTC 2026` or RFC 3339. Only with
/// a zone that names an offset (`UTC`, `GMT`, `Z`, `+01`), and only in the first lines.
#[must_use]
pub fn date_output(text: &str) -> Option<Spanned<Timestamp>> {
    Piece::new(text, 0).lines().map(Piece::trim).filter(|line| !line.is_empty()).take(3).find_map(|line| {
        let time = line.text.parse().ok().or_else(|| unix_date(line))?;
        Some(line.with(time))
    })
}

fn unix_date(line: Piece<'_>) -> Option<Timestamp> {
    let mut words = line.words().map(|word| word.text);
    words.next()?;
    let (first, second) = (words.next()?, words.next()?);
    // `Mar 11` or, in other locales, `11 Mar`.
    let (month, day) = match month(first) {
        Some(month) => (month, second),
        None => (month(second)?, first),
    };
    let mut next = words.next()?;
    // `11 Mar 2026 15:02:40` carries the year before the time.
    let mut year: Option<i16> = next.parse().ok();
    if year.is_some() {
        next = words.next()?;
    }
    let mut clock = next.split(':').map(|part| part.parse::<i8>().ok());
    let (mut hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let mut zone = words.next()?;
    if matches!(zone, "AM" | "PM") {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour.checked_rem(12)?.checked_add(if zone == "PM" { 12 } else { 0 })?;
        zone = words.next()?;
    }
    if year.is_none() {
        year = words.next()?.parse().ok();
    }
    let time = DateTime::new(year?, month, day.parse().ok()?, hour, minute, second, 0).ok()?;
    offset(zone)?.to_timestamp(time).ok()
}

/// `UTC`, `GMT`, `Z` or `+0130`, `+01`.
fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "UTC" | "GMT" | "Z") {
        return Some(Offset::UTC);
    }
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = zone.get(1..)?;
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    Offset::from_seconds(seconds.checked_mul(sign)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_names() {
        let text = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT\n    link/loopback 00:00:00:00:00:00\n\
5: flannel.1: <BROADCAST,MULTICAST> mtu 1450\n7: veth1@if2: <BROADCAST> mtu 1450 master cni0\n";
        let names = ip_link_names(text).unwrap();
        assert_eq!(names.iter().map(|n| n.value.as_str()).collect::<Vec<_>>(), ["lo", "flannel.1", "veth1"]);
        assert_eq!(names[1].span.slice(text), "flannel.1");
        let brief = ip_link_names("lo   UNKNOWN  127.0.0.1/8\ncni0@x   UP  10.42.0.1/24\n").unwrap();
        assert_eq!(brief[1].value, "cni0");
        assert!(ip_link_names("Interface Status VRF\nflannel.1 is gone\n").is_none());
        assert!(ip_link_names("OCI runtime exec failed: exec failed").is_none());
    }

    #[test]
    fn dates() {
        let expected: Timestamp = "2026-03-11T15:02:40Z".parse().unwrap();
        for text in [
            "Wed Mar 11 15:02:40 UTC 2026\n",
            "\nWed Mar 11 03:02:40 PM UTC 2026\r\n",
            "Wed 11 Mar 2026 15:02:40 GMT",
            "Wed Mar 11 16:02:40 +01 2026",
            "2026-03-11T15:02:40+00:00",
        ] {
            assert_eq!(date_output(text).map(|time| time.value), Some(expected), "{text}");
        }
        for text in ["Wed Mar 11 15:02:40 CET 2026", "Wed Mar 41 15:02:40 UTC 2026", "date: command not found", ""] {
            assert_eq!(date_output(text), None, "{text}");
        }
    }
}
