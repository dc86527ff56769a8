//! `show hedgehog rpc stats`: FRR's plugin for the dataplane (gateway reference 6.3).

use std::collections::BTreeMap;

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::columns::Heading;
use super::piece::{Piece, Spanned};
use crate::source::Span;

/// Counters of the plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RpcStats {
    /// The socket to the dataplane is connected. Both forms have it.
    pub connected: Option<Spanned<bool>>,
    /// The dataplane answered (long form).
    pub contacted: Option<Spanned<bool>>,
    /// `tx`, `tx-fail`, `tx-retry`, `rx`, `rx-fail`, `rx-retry` (long form).
    pub io: BTreeMap<String, Spanned<u64>>,
    /// Messages that could not be encoded (long form).
    pub encoding_failures: Option<Spanned<u64>>,
    /// Messages that could not be decoded (long form).
    pub decoding_failures: Option<Spanned<u64>>,
    /// Requests sent (short form; the sum of the operations in the long one is [`Self::sent`]).
    pub requests_sent: Option<Spanned<u64>>,
    /// Responses that were well (short form).
    pub responses_ok: Option<Spanned<u64>>,
    /// Failures (short form).
    pub failures: Option<Spanned<u64>>,
    /// Rows of the long form.
    pub operations: Vec<RpcOperation>,
}

/// A row of `RPC statistics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcOperation {
    /// `IpRoute:Add`.
    pub name: Spanned<String>,
    /// Counts by heading: `sent`, `replied`, `unk-error`, `Ok`, …
    pub counts: BTreeMap<String, Spanned<u64>>,
    /// The row.
    pub span: Span,
}

impl RpcStats {
    /// Reads either form.
    ///
    /// # Errors
    /// Where nothing was captured or the form is neither of the two known ones.
    pub fn parse(text: &str) -> Read<Self> {
        captured(text)?;
        let clean = without_escapes(text);
        let mut out = Self::default();
        let mut heading: Option<Heading<'_>> = None;
        let mut first = None;
        for line in Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text)) {
            let trimmed = line.trim();
            first = first.or(Some(trimmed.span()));
            if let Some(found) =
                Heading::of(line, &["tx", "tx-fail"]).or_else(|| Heading::of(line, &["Object:Operation:"]))
            {
                heading = Some(found);
            } else if heading.as_ref().is_some_and(|heading| out.row(line, heading)) {
            } else if let Some((key, value)) = trimmed.key_value() {
                out.field(key, value);
            }
        }
        if out.connected.is_some() { Ok(out) } else { Err(first.map_or(Unread::Empty, Unread::Layout)) }
    }

    /// Requests sent, in either form.
    #[must_use]
    pub fn sent(&self) -> Option<u64> {
        self.requests_sent.map(|sent| sent.value).or_else(|| self.sum("sent"))
    }

    /// Requests that were answered, in either form.
    #[must_use]
    pub fn replied(&self) -> Option<u64> {
        self.responses_ok.map(|ok| ok.value).or_else(|| self.sum("replied"))
    }

    fn sum(&self, column: &str) -> Option<u64> {
        let mut counts = self.operations.iter().filter_map(|row| row.counts.get(column));
        let first = counts.next()?.value;
        Some(counts.fold(first, |sum, count| sum.saturating_add(count.value)))
    }

    fn field(&mut self, key: Piece<'_>, value: Piece<'_>) {
        let yes = match value.text {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        match key.text {
            "Dataplane sock connected" => self.connected = yes.map(|yes| value.with(yes)),
            "Dataplane contacted" => self.contacted = yes.map(|yes| value.with(yes)),
            "Hedgehog plugin" => {
                self.connected = match value.text {
                    "connected to dataplane" => Some(value.with(true)),
                    text if text.starts_with("not connected") || text.starts_with("disconnected") => {
                        Some(value.with(false))
                    }
                    _ => None,
                };
            }
            "encoding failures" => self.encoding_failures = value.parse(),
            "decoding failures" => self.decoding_failures = value.parse(),
            "requests sent" => self.requests_sent = value.parse(),
            "responses ok" => self.responses_ok = value.parse(),
            "failures" => self.failures = value.parse(),
            _ => {}
        }
    }

    /// A row of numbers under `heading`, behind a name in the RPC table. False for other lines.
    fn row(&mut self, line: Piece<'_>, heading: &Heading<'_>) -> bool {
        let rpc = heading.index("Object:Operation:").is_some();
        let (name, numbers) = match line.rsplit_once(":").filter(|_| rpc) {
            Some((name, numbers)) => (Some(name.trim()), numbers),
            None if rpc => return false,
            None => (None, line),
        };
        let columns = heading.names().iter().skip(usize::from(rpc));
        let mut counts = BTreeMap::new();
        for (column, number) in columns.zip(numbers.words()) {
            let Some(number) = number.parse() else {
                return false;
            };
            counts.insert(column.text.to_owned(), number);
        }
        if counts.is_empty() {
            return false;
        }
        match name {
            Some(name) => self.operations.push(RpcOperation { name: name.string(), counts, span: line.trim().span() }),
            None => self.io = counts,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_form() {
        let text = " Dataplane sock connected: yes\n Dataplane contacted: no\n  ─── IO stats ───\n\
             tx        tx-fail       tx-retry             rx        rx-fail       rx-retry\n\
           8123              0              2           8123              1              0\n\
  ─── Serialization errors ───\n   encoding failures: 0\n   decoding failures: 3\n  ─── RPC statistics ───\n\
    Object:Operation:           sent        replied      unk-error             Ok\n\
ConnectInf:Connect  :              1              1              0              1\n\
   IpRoute:Add      :            611            610              0            610\n";
        let stats = RpcStats::parse(text).unwrap();
        assert!(stats.connected.unwrap().value);
        assert!(!stats.contacted.unwrap().value);
        assert_eq!(stats.contacted.unwrap().span.slice(text), "no");
        assert_eq!(stats.io["rx-fail"].value, 1);
        assert_eq!(stats.decoding_failures.unwrap().value, 3);
        assert_eq!(stats.operations.len(), 2);
        assert_eq!(stats.operations[1].name.value, "IpRoute:Add");
        assert_eq!((stats.sent(), stats.replied()), (Some(612), Some(611)));
    }

    #[test]
    fn short_form() {
        let text =
            "Hedgehog plugin: connected to dataplane\n requests sent: 9204\n responses ok:  9204\n failures:      0\n";
        let stats = RpcStats::parse(text).unwrap();
        assert!(stats.connected.unwrap().value);
        assert_eq!((stats.sent(), stats.replied()), (Some(9204), Some(9204)));
        assert_eq!(stats.failures.unwrap().value, 0);
        assert!(stats.operations.is_empty());
    }

    #[test]
    fn unknown_forms() {
        for text in ["% Unknown command\n", " failures: 12\n", "Hedgehog plugin: v1.2\n"] {
            assert!(matches!(RpcStats::parse(text), Err(Unread::Layout(_))), "{text}");
        }
    }
}
