//! Texts with captures: `Failed to apply the config for genid {#generation}: {error}`.

/// Most fields that one literal may capture.
pub(super) const FIELDS: usize = 4;

/// Captured ranges by field number.
pub(super) type Ranges = [Option<(usize, usize)>; FIELDS];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This text.
    Fixed(&'static str),
    /// Anything up to the next fixed text; kept under a number, or dropped.
    Until(Option<usize>),
    /// One or more digits.
    Digits(usize),
}

/// A parsed text.
#[derive(Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
}

/// Parses a text; new capture names are appended to `names`.
pub(super) fn compile(text: &'static str, names: &mut Vec<&'static str>) -> Template {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let open = rest.find('{').unwrap_or(rest.len());
        let (fixed, tail) = rest.split_at_checked(open).unwrap_or((rest, ""));
        if !fixed.is_empty() {
            parts.push(Part::Fixed(fixed));
        }
        let Some((name, after)) = tail.strip_prefix('{').and_then(|tail| tail.split_once('}')) else {
            break;
        };
        let mut number = |name| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        parts.push(match name.strip_prefix('#') {
            Some(name) => Part::Digits(number(name)),
            None if name.is_empty() => Part::Until(None),
            None => Part::Until(Some(number(name))),
        });
        rest = after;
    }
    Template { parts }
}

/// Offset of `needle` in `text`.
pub(super) fn find(text: &str, needle: &str, ignore_case: bool) -> Option<usize> {
    if !ignore_case {
        return memchr::memmem::find(text.as_bytes(), needle.as_bytes());
    }
    let first = needle.as_bytes().first()?;
    let (low, high) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(low, high, text.as_bytes()).find(|at| {
        text.as_bytes().get(*at..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle.as_bytes()))
    })
}

impl Template {
    /// The longest fixed part: what the automaton searches for.
    pub(super) fn needle(&self) -> &'static str {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Fixed(text) => Some(*text),
                Part::Until(_) | Part::Digits(_) => None,
            })
            .max_by_key(|text| text.len())
            .unwrap_or("")
    }

    /// Matches anywhere in `line`; fills `found` only when all parts are there, in order.
    pub(super) fn matches(&self, line: &str, ignore_case: bool, found: &mut Ranges) -> bool {
        let mut ranges: Ranges = [None; FIELDS];
        let mut at = 0;
        let mut first = true;
        // A capture that waits for the next fixed text: its number and start.
        let mut open: Option<(Option<usize>, usize)> = None;
        for part in &self.parts {
            match *part {
                Part::Fixed(text) => {
                    let Some(rest) = line.get(at..) else {
                        return false;
                    };
                    let Some(place) = find(rest, text, ignore_case) else {
                        return false;
                    };
                    if !first && open.is_none() && place != 0 {
                        return false;
                    }
                    if let Some((number, start)) = open.take() {
                        // A leading capture is the word before the first fixed text.
                        let start = if first { word_start(line, at + place) } else { start };
                        set(&mut ranges, number, (start, at + place));
                    }
                    at += place + text.len();
                    first = false;
                }
                Part::Until(number) => open = Some((number, at)),
                Part::Digits(number) => {
                    let rest = line.as_bytes().get(at..).unwrap_or(&[]);
                    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                    if len == 0 {
                        return false;
                    }
                    set(&mut ranges, Some(number), (at, at + len));
                    at += len;
                }
            }
        }
        if let Some((number, start)) = open {
            let end = line.trim_end().len().max(start);
            set(&mut ranges, number, (start, end));
        }
        *found = ranges;
        true
    }
}

fn set(ranges: &mut Ranges, number: Option<usize>, range: (usize, usize)) {
    if let Some(slot) = number.and_then(|number| ranges.get_mut(number)) {
        *slot = Some(range);
    }
}

/// Start of the run of non-blanks that ends at `end`.
fn word_start(line: &str, end: usize) -> usize {
    let before = line.get(..end).unwrap_or("");
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    end.saturating_sub(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<'t>(text: &'static str, line: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
        let mut names = Vec::new();
        let template = compile(text, &mut names);
        let mut ranges = [None; FIELDS];
        template.matches(line, false, &mut ranges).then(|| {
            names
                .iter()
                .zip(ranges)
                .filter_map(|(name, range)| range.map(|(start, end)| (*name, &line[start..end])))
                .collect()
        })
    }

    #[test]
    fn captures() {
        let text = "for genid {#generation}: {error}";
        assert_eq!(run(text, "x for genid 12: bad: thing "), Some(vec![("generation", "12"), ("error", "bad: thing")]));
        assert_eq!(run(text, "x for genid N: bad"), None);
        assert_eq!(
            run("{daemon} state -> down : {reason}", "WATCHFRR: [A] zebra state -> down : read returned EOF"),
            Some(vec![("daemon", "zebra"), ("reason", "read returned EOF")])
        );
        assert_eq!(run("{x} up", "a\u{2000} up"), Some(vec![("x", "")]));
        assert_eq!(run("a{}b{tail}", "xaxxb"), Some(vec![("tail", "")]));
        assert_eq!(run("code = {code} desc", "code = A B desc"), Some(vec![("code", "A B")]));
        assert_eq!(run("gen {#n} done", "gen 5 not done"), None);
    }

    #[test]
    fn needle_is_the_longest_fixed_part() {
        assert_eq!(compile("a {x} longer {y} b", &mut Vec::new()).needle(), " longer ");
    }

    #[test]
    fn case_is_kept_unless_told() {
        assert_eq!(find("a GNMI b", "gNMI", true), Some(2));
        assert_eq!(find("a GNMI b", "gNMI", false), None);
    }
}
