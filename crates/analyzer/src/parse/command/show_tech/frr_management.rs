//! The connection to the frr-agent and the FRR configuration that was applied last.

use jiff::civil::DateTime;

use super::super::piece::{Piece, Spanned};
use super::super::when::date_time;
use super::{Section, SectionRead, UnknownLayout};
use crate::source::Span;

/// `FRR Management interface` (gateway reference 6.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrrManagement {
    /// `connected` or `not connnected` (sic).
    pub status: Option<Spanned<String>>,
    /// Last connection, local time of the node.
    pub last_connection: Option<Spanned<DateTime>>,
    /// Last disconnect; none = never.
    pub last_disconnect: Option<Spanned<DateTime>>,
    /// Generation that FRR took last; none = `none`, or not printed.
    pub last_applied: Option<GenerationAt>,
    /// Generation that FRR refused last; none = `none`, or not printed.
    pub last_failure: Option<GenerationAt>,
    /// Configurations applied.
    pub applied: Option<Spanned<u64>>,
    /// Configurations failed.
    pub failed: Option<Spanned<u64>>,
}

/// A generation and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationAt {
    /// Generation.
    pub generation: Spanned<i64>,
    /// Local time of the node.
    pub time: Option<DateTime>,
    /// The line.
    pub span: Span,
}

/// `Last FRR config applied`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastFrrConfig {
    /// `No config is applied`.
    None(Span),
    /// A configuration.
    Applied {
        /// Generation.
        genid: Spanned<i64>,
        /// The text of the configuration.
        config: Span,
    },
}

impl FrrManagement {
    /// True for `connected`; none where no status was printed.
    #[must_use]
    pub fn connected(&self) -> Option<bool> {
        self.status.as_ref().map(|status| status.value == "connected")
    }

    /// True if the last failure is newer than the last success: by time, else by generation.
    #[must_use]
    pub fn failing(&self) -> bool {
        match (&self.last_failure, &self.last_applied) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(failure), Some(applied)) => match (failure.time, applied.time) {
                (Some(failure), Some(applied)) if failure != applied => failure > applied,
                _ => failure.generation.value > applied.generation.value,
            },
        }
    }
}

pub(crate) fn read(section: &mut Section<'_, '_>) -> SectionRead<FrrManagement> {
    let mut out = FrrManagement::default();
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        let Some((key, value)) = line.key_value() else {
            section.skip(line);
            continue;
        };
        match key.text {
            "status" => out.status = Some(value.string()),
            "Last connection" => out.last_connection = time(value),
            "Last disconnect" => out.last_disconnect = time(value),
            "Last cfg applied" => out.last_applied = generation(value, line),
            "Last cfg failure" => out.last_failure = generation(value, line),
            "Configs applied" => out.applied = value.parse(),
            "Configs failed" => out.failed = value.parse(),
            _ => {}
        }
    }
    if out.status.is_none() {
        return Err(UnknownLayout);
    }
    Ok(out)
}

fn time(value: Piece<'_>) -> Option<Spanned<DateTime>> {
    date_time(value.text).map(|time| value.with(time))
}

/// `12 2026-03-11T 13:40:10 (… ago)` or `none`.
fn generation(value: Piece<'_>, line: Piece<'_>) -> Option<GenerationAt> {
    let (generation, rest) = value.first_word();
    let generation = generation.parse()?;
    Some(GenerationAt { generation, time: date_time(rest.text), span: line.trim().span() })
}

pub(crate) fn last_config(section: &mut Section<'_, '_>) -> SectionRead<LastFrrConfig> {
    for line in section.body.lines().filter(|line| !line.is_empty()) {
        if let Some(genid) = line.after("genid:") {
            let genid = genid.parse().ok_or(UnknownLayout)?;
            let body = section.body;
            let config = body.skip(line.end().saturating_sub(body.start)).trim().span();
            return Ok(LastFrrConfig::Applied { genid, config });
        }
        if line.text.to_ascii_lowercase().contains("no config is applied") {
            return Ok(LastFrrConfig::None(line.trim().span()));
        }
    }
    Err(UnknownLayout)
}
