//! Lines of the controller that prove what its objects cannot tell.

use crate::facts::{Context, LogRef};
use crate::finding::Evidence;
use crate::parse::log::{Hit, Literal, Stream};

/// Prints the log of the controller since fabricator v0.45; before, the gateways had a controller of their own.
pub(super) const LOG_COMMAND: &str = "kubectl logs -n fab deploy/fabric-ctrl -c manager";

/// Lines that say one thing, oldest first.
pub(super) struct Lines<'b> {
    log: LogRef<'b>,
    hits: Vec<&'b Hit>,
}

impl<'b> Lines<'b> {
    /// The lines of a literal that nothing later ends and whose field has this value; none if there are none.
    pub(super) fn current(cx: &Context<'b>, literal: &'static Literal, fields: &[(&str, &str)]) -> Option<Self> {
        Self::find(cx, literal, fields, true)
    }

    /// The same with lines that something later ended.
    pub(super) fn all(cx: &Context<'b>, literal: &'static Literal, fields: &[(&str, &str)]) -> Option<Self> {
        Self::find(cx, literal, fields, false)
    }

    fn find(cx: &Context<'b>, literal: &'static Literal, fields: &[(&str, &str)], current: bool) -> Option<Self> {
        [Stream::FabricCtrl, Stream::GatewayCtrl]
            .into_iter()
            .flat_map(|stream| cx.logs(stream).collect::<Vec<_>>())
            .filter(|log| !log.log.previous)
            .map(|log| {
                let hits = log
                    .hits(literal)
                    .filter(|hit| !current || hit.is_current())
                    .filter(|hit| {
                        fields.iter().all(|(field, value)| hit.field(log.text(), field).as_deref() == Some(value))
                    })
                    .collect();
                Lines { log, hits }
            })
            .find(|lines| !lines.hits.is_empty())
    }

    /// Seconds before the capture at which the first line was written.
    pub(super) fn first_age(&self, cx: &Context<'_>) -> Option<i64> {
        cx.age_at(self.hits.first()?.time()?).map(|age| age.seconds)
    }

    /// Seconds before the capture at which the last line was written.
    pub(super) fn last_age(&self, cx: &Context<'_>) -> Option<i64> {
        cx.age_at(self.hits.last()?.time()?).map(|age| age.seconds)
    }

    /// Seconds from the first to the last line.
    pub(super) fn length(&self) -> Option<i64> {
        let (first, last) = (self.hits.first()?.time()?, self.hits.last()?.time()?);
        Some(last.as_second().saturating_sub(first.as_second()))
    }

    /// The last line; with several the note says how many there are and since when.
    pub(super) fn evidence(&self, note: &str) -> Option<Evidence> {
        let last = self.hits.last()?;
        let times = self.hits.first().and_then(|hit| hit.time()).zip(last.time());
        let note = match (self.hits.len(), times) {
            (0 | 1, _) => note.to_owned(),
            (count, Some((first, last))) => format!("{note}: {count} times from {first:.0} to {last:.0}"),
            (count, None) => format!("{note}: {count} times"),
        };
        Some(self.log.evidence(last, note))
    }
}
