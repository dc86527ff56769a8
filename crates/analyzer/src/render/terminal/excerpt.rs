//! A piece of evidence as a source snippet, drawn by miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::style::Style;
use super::text::{char_width, sanitize, width as columns_of, wrap};
use crate::report::EvidenceOut;
use crate::source::Sources;

/// Draws one piece of evidence, indented by three blanks.
#[must_use]
pub(super) fn render(sources: &Sources, evidence: &EvidenceOut, style: Style, width: usize) -> String {
    let quoted = evidence
        .outer
        .and_then(|outer| sources.get(outer))
        .zip(evidence.line.zip(evidence.column))
        .map(|(entry, (line, column))| (entry.line_text(line - 1), line, column));
    let Some((line_text, line, column)) = quoted else {
        return absence(evidence, width);
    };
    let gutter = line.to_string().len() + 8;
    let excerpt = cut(line_text, column, evidence.width.max(1), width.saturating_sub(gutter).max(20));
    let path = evidence.path.clone().unwrap_or_default();
    let name = sanitize(&path);
    // The inner entry stands on a line of its own: pod and container names are long.
    let inner = evidence.entry.as_deref().filter(|entry| *entry != "resources");
    let label = match (&evidence.field, evidence.note.is_empty()) {
        (Some(field), true) => sanitize(field),
        (Some(field), false) => format!("{} ({})", sanitize(&evidence.note), sanitize(field)),
        (None, _) => sanitize(&evidence.note),
    };
    // miette hangs the label from the middle of the mark; where it does not fit there it stands above.
    let marked = columns_of(excerpt.text.get(..excerpt.start).unwrap_or(""))
        + columns_of(excerpt.text.get(excerpt.start..excerpt.start + excerpt.len).unwrap_or("")) / 2;
    let fits = gutter + marked + 6 + columns_of(&label) <= width;
    // The head of a snippet is one line: `   ╭─[path:line:column]`.
    let head = gutter + format!(":{line}:{column}").len() + 2;
    let (whole, name) = heading(name, width.saturating_sub(head).max(12));
    let snippet = Snippet {
        name,
        text: excerpt.text,
        line,
        column: column.saturating_sub(1),
        label: SourceSpan::new(excerpt.start.into(), excerpt.len),
        note: if fits { label.clone() } else { String::new() },
    };
    let mut out = String::new();
    for line in whole.iter().flat_map(|path| wrap(path, width.saturating_sub(3))) {
        out.push_str("   ");
        out.push_str(&style.dim(&line));
        out.push('\n');
    }
    if let Some(inner) = inner {
        for line in wrap(&format!("in {}:", sanitize(inner)), width.saturating_sub(3)) {
            out.push_str("   ");
            out.push_str(&style.dim(&line));
            out.push('\n');
        }
    }
    if !fits {
        for line in wrap(&label, width.saturating_sub(3)) {
            out.push_str("   ");
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.push_str(&draw(&snippet, style, width));
    out
}

/// A path that is too long for the head of a snippet stands above it, and its last part in the head.
fn heading(path: String, columns: usize) -> (Option<String>, String) {
    if columns_of(&path) <= columns {
        return (None, path);
    }
    let last = path.rsplit('/').next().unwrap_or("");
    let mut name = last.to_owned();
    if columns_of(last) > columns {
        let mut used = 1;
        let kept: Vec<char> = last
            .chars()
            .rev()
            .take_while(|c| {
                used += char_width(*c);
                used <= columns
            })
            .collect();
        name = std::iter::once('…').chain(kept.into_iter().rev()).collect();
    }
    (Some(path), name)
}

fn absence(evidence: &EvidenceOut, width: usize) -> String {
    let looked = evidence.looked_in.as_deref().unwrap_or("");
    let text = match (&evidence.field, looked.is_empty()) {
        (_, true) => evidence.note.clone(),
        (Some(field), false) => format!("{} (looked for {field} in {looked})", evidence.note),
        (None, false) => format!("{} (looked in {looked})", evidence.note),
    };
    let mut out = String::new();
    for (index, line) in wrap(&sanitize(&text), width.saturating_sub(6)).into_iter().enumerate() {
        out.push_str(if index == 0 { "   ∅  " } else { "      " });
        out.push_str(&line);
        out.push('\n');
    }
    out
}

struct Cut {
    text: String,
    start: usize,
    len: usize,
}

/// The part of a line around the marked characters that fits into `columns`, made safe to print.
fn cut(line: &str, column: usize, marked: usize, columns: usize) -> Cut {
    let masked = mask_secret(line);
    let chars: Vec<char> = masked.chars().collect();
    let start = column.saturating_sub(1).min(chars.len());
    let end = start.saturating_add(marked).min(chars.len());
    // Room before the mark: a third of the width, unless the whole line fits.
    let total: usize = chars.iter().map(|c| char_width(*c)).sum();
    let first = if total <= columns { 0 } else { start.saturating_sub(columns / 3) };
    let mut text = String::new();
    if first > 0 {
        text.push('…');
    }
    let (mut mark_start, mut mark_end) = (text.len(), text.len());
    let mut used = columns_of(&text);
    for (index, c) in chars.iter().enumerate().skip(first) {
        let shown = sanitize(&c.to_string());
        let size = columns_of(&shown);
        if used + size + 1 > columns && index + 1 < chars.len() {
            text.push('…');
            break;
        }
        if index == start {
            mark_start = text.len();
            mark_end = mark_start;
        }
        text.push_str(&shown);
        used += size;
        if index >= start && index < end {
            mark_end = text.len();
        }
    }
    Cut { start: mark_start, len: mark_end.saturating_sub(mark_start).max(1), text }
}

/// Keys whose values are never printed, wherever a line is quoted.
const SECRET_KEYS: [&str; 9] =
    ["password", "passwd", "token", "secret", "authorizedkeys", "sshkeys", "privatekey", "bearertoken", "apikey"];

/// Replaces the value of a secret-like key by `***`, keeping the line's length where it can.
#[must_use]
fn mask_secret(line: &str) -> String {
    let lower = line.to_lowercase();
    let Some(key) = SECRET_KEYS.iter().filter_map(|key| lower.find(key)).min() else {
        return line.to_owned();
    };
    // `to_lowercase` may change lengths outside ASCII; then the whole line is withheld.
    if lower.len() != line.len() {
        return "***".to_owned();
    }
    let rest = line.get(key..).unwrap_or("");
    let Some(separator) = rest.find([':', '=', ' ']) else { return line.to_owned() };
    let value_at = key + separator + 1;
    let value = line.get(value_at..).unwrap_or("");
    if value.trim().is_empty() {
        return line.to_owned();
    }
    format!("{} ***", line.get(..value_at).unwrap_or(""))
}

/// One line of a file as miette sees it: numbered as in the file.
struct Snippet {
    name: String,
    text: String,
    line: usize,
    column: usize,
    label: SourceSpan,
    note: String,
}

impl fmt::Debug for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snippet")
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::new(0.into(), self.text.len()),
            self.line.saturating_sub(1),
            self.column,
            1,
        )))
    }
}

impl Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = (!self.note.is_empty()).then(|| self.note.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, self.label))))
    }
}

fn draw(snippet: &Snippet, style: Style, width: usize) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width.saturating_sub(3).max(40))
        .with_context_lines(0)
        .with_links(false);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, snippet).is_err() {
        return String::new();
    }
    // miette heads every report with the message; the finding's own title stands above already.
    let mut out = String::new();
    for line in drawn.lines().skip_while(|line| !line.contains("╭─")) {
        let line = line.trim_end();
        if !line.is_empty() {
            out.push_str("   ");
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        assert_eq!(mask_secret("    password: hunter2"), "    password: ***");
        assert_eq!(mask_secret("  joinToken: abc::def"), "  joinToken: ***");
        assert_eq!(mask_secret("  name: gw-1"), "  name: gw-1");
        assert_eq!(mask_secret("password:"), "password:");
    }

    #[test]
    fn long_paths_stand_above_the_snippet() {
        assert_eq!(heading("a/b.yaml".into(), 20), (None, "a/b.yaml".into()));
        let long = "case.zip!/objects/gatewaypeerings.yaml";
        assert_eq!(heading(long.into(), 20), (Some(long.into()), "gatewaypeerings.yaml".into()));
        assert_eq!(heading(long.into(), 12), (Some(long.into()), "…erings.yaml".into()));
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = format!("{}needle{}", "x".repeat(200), "y".repeat(200));
        let cut = cut(&line, 201, 6, 60);
        assert_eq!(&cut.text[cut.start..cut.start + cut.len], "needle");
        assert!(columns_of(&cut.text) <= 61);
    }
}
