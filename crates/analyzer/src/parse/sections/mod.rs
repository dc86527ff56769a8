//! Show-tech files and console captures: titles, and the text under each (bundles reference 2).

mod console;
mod content;
mod kind;

pub use console::ConsoleCapture;
pub use content::Content;
pub use kind::{DeviceKind, device_kind};

use super::command::{Read, Spanned, captured};
use crate::parse::command::Piece;
use crate::source::Span;

/// A file of sections.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionedFile {
    /// Kind of device, by the titles.
    pub kind: Option<DeviceKind>,
    /// What stands at the head of a console capture; none for a show-tech file.
    pub console: Option<ConsoleCapture>,
    /// Sections in order.
    pub sections: Vec<FileSection>,
}

/// A section, or a part of one under a sub header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSection {
    /// Title between the rules.
    pub title: Spanned<String>,
    /// Sub header, where the part has one.
    pub sub: Option<Spanned<String>>,
    /// What the titles say about the text.
    pub content: Content,
    /// The text below, without the header line.
    pub body: Span,
    /// An error where nothing was printed or only errors of the collector: not captured, never "no data".
    pub captured: Read<()>,
}

impl FileSection {
    /// True where the section cannot be used.
    #[must_use]
    pub fn not_captured(&self) -> bool {
        self.captured.is_err()
    }
}

impl SectionedFile {
    /// Splits a show-tech file or console capture. `None` for a text without any of their headers.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let piece = Piece::new(text, 0);
        let console = console::head(piece);
        let headers = if console.is_some() { console::headers(piece) } else { headers(piece) };
        if headers.is_empty() && console.is_none() {
            return None;
        }
        let mut sections = sections(piece, &headers);
        if console.is_some() {
            for section in &mut sections {
                section.content = Content::Console(section.title.value.clone());
            }
        }
        let kind = console
            .as_ref()
            .and_then(|console| console.kind)
            .or_else(|| device_kind(sections.iter().map(|section| section.title.value.as_str())));
        Some(Self { kind, console, sections })
    }

    /// The sections with a title.
    pub fn titled<'s>(&'s self, title: &'s str) -> impl Iterator<Item = &'s FileSection> {
        self.sections.iter().filter(move |section| section.title.value == title)
    }
}

/// A header line.
pub(crate) struct Header<'a> {
    pub(crate) line: Piece<'a>,
    pub(crate) title: Piece<'a>,
    pub(crate) sub: bool,
}

/// The text of `=== title ===` or `--- title ---`.
fn between<'a>(line: Piece<'a>, rule: &str) -> Option<Piece<'a>> {
    let inner = line.text.strip_prefix(rule)?.strip_suffix(rule)?;
    let spaced = inner.starts_with(' ') && inner.ends_with(' ') && !inner.trim().is_empty();
    spaced.then(|| line.sub(rule.len(), line.text.len() - rule.len()).trim())
}

/// Header lines of a show-tech file. A header follows an empty line, except for titles that cannot be
/// anything else; text of logs may look like one.
fn headers(text: Piece<'_>) -> Vec<Header<'_>> {
    let mut headers: Vec<Header<'_>> = Vec::new();
    let mut after_empty = true;
    let mut in_log = false;
    for line in text.lines() {
        if let Some(title) = between(line, "===") {
            if after_empty || headers.is_empty() || kind::is_known(title.text) {
                in_log = title.text.to_ascii_lowercase().contains("logs");
                headers.push(Header { line, title, sub: false });
            }
        } else if let Some(title) = between(line, "---") {
            // Ping ends with `--- 10.0.0.1 ping statistics ---`.
            let known = content::is_known_sub(title.text);
            if !headers.is_empty() && (known || !(in_log || title.text.ends_with("ping statistics"))) {
                headers.push(Header { line, title, sub: true });
            }
        } else if content::is_bare_command(line.text) {
            in_log = false;
            headers.push(Header { line, title: line.trim(), sub: false });
        }
        after_empty = line.is_empty();
    }
    headers
}

/// The text between the headers.
fn sections(text: Piece<'_>, headers: &[Header<'_>]) -> Vec<FileSection> {
    let mut sections = Vec::new();
    let mut title: Option<Piece<'_>> = None;
    for (index, header) in headers.iter().enumerate() {
        let next = headers.get(index.saturating_add(1));
        let end = next.map_or(text.end(), |next| next.line.start);
        let rest = text.sub(header.line.end(), end);
        let body = rest.skip(rest.text.find('\n').map_or(rest.text.len(), |at| at.saturating_add(1)));
        if !header.sub {
            title = Some(header.title);
        }
        let Some(title) = title else { continue };
        let captured = captured(body.text).map_err(|error| error.moved(body.start));
        // A header that only opens sub headers holds nothing itself.
        if !header.sub && next.is_some_and(|next| next.sub) && captured.is_err() {
            continue;
        }
        let sub = header.sub.then_some(header.title);
        sections.push(FileSection {
            title: title.string(),
            content: Content::of(title.text, sub.map(|sub| sub.text)),
            sub: sub.map(Piece::string),
            body: body.span(),
            captured,
        });
    }
    sections
}

#[cfg(test)]
mod tests;
