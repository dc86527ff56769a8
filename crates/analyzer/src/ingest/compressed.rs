//! A compressed file: a tar, or one file.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::rc::Rc;

use super::codec::{Chain, Codec, End, read_all};
use super::collect::{Collector, Item, Target, join};
use super::format::Format;
use crate::source::{Problem, ProblemKind};

/// Why a stream gives no more bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The stream itself ended.
    End(End),
    /// All that may be produced was produced.
    Total,
    /// The stream expands too much.
    Ratio,
}

/// A stream that counts what it produces. To its reader every end looks like a plain one; the reason
/// is kept beside it.
pub(super) struct Metered<'a> {
    source: Source<'a>,
    /// What this stream may still produce.
    cap: u64,
    /// What everything together may still produce.
    left: Rc<Cell<u64>>,
    stop: Rc<RefCell<Option<Stop>>>,
}

enum Source<'a> {
    Slice(&'a [u8]),
    Chain(Box<Chain<'a>>),
}

impl<'a> Metered<'a> {
    /// A compressed stream.
    pub(super) fn compressed(codec: Codec, data: &'a [u8], cap: u64, left: Rc<Cell<u64>>) -> Self {
        Self { source: Source::Chain(Box::new(Chain::new(codec, data))), cap, left, stop: Rc::default() }
    }

    /// Bytes as they are.
    pub(super) fn plain(data: &'a [u8], left: Rc<Cell<u64>>) -> Self {
        Self { source: Source::Slice(data), cap: u64::MAX, left, stop: Rc::default() }
    }

    /// Why the stream ended, once it has.
    pub(super) fn stop(&self) -> Rc<RefCell<Option<Stop>>> {
        Rc::clone(&self.stop)
    }

    fn raw(&mut self, buffer: &mut [u8]) -> Result<usize, End> {
        match &mut self.source {
            Source::Chain(chain) => chain.read(buffer),
            Source::Slice(data) => match data.read(buffer) {
                Ok(0) | Err(_) => Err(End::Clean),
                Ok(count) => Ok(count),
            },
        }
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.borrow().is_some() || buffer.is_empty() {
            return Ok(0);
        }
        let allowed = usize::try_from(self.cap.min(self.left.get())).unwrap_or(usize::MAX);
        let mut probe = [0];
        let result = match buffer.get_mut(..allowed.min(buffer.len())) {
            // Only a stream that goes on has reached its limit.
            Some([]) | None => self.raw(&mut probe).map(|_| None),
            Some(buffer) => self.raw(buffer).map(Some),
        };
        let stop = match result {
            Ok(Some(count)) => {
                let bytes = u64::try_from(count).unwrap_or(u64::MAX);
                self.cap = self.cap.saturating_sub(bytes);
                self.left.set(self.left.get().saturating_sub(bytes));
                return Ok(count);
            }
            Ok(None) if self.left.get() == 0 => Stop::Total,
            Ok(None) => Stop::Ratio,
            Err(end) => Stop::End(end),
        };
        self.stop.replace(Some(stop));
        Ok(0)
    }
}

impl Collector {
    /// Opens a compressed file.
    pub(super) fn compressed(&mut self, codec: Codec, item: Item<'_>, depth: usize) -> Option<Target> {
        let cap = self.limits.stream_bytes(item.bytes.len());
        let mut stream = Metered::compressed(codec, &item.bytes, cap, Rc::clone(&self.left));
        let stop = stream.stop();
        let mut head = Vec::with_capacity(512);
        let _ = (&mut stream).take(512).read_to_end(&mut head);
        let outer = depth.saturating_sub(1);
        if Format::of(&head) == Format::Tar {
            self.name_format(outer, &format!("tar.{}", codec.suffix()));
            self.tar(&item.path, head, stream, depth);
            self.stopped(codec.name(), &item.path, Target::Path(item.path.clone()), &stop.borrow());
            return None;
        }
        self.name_format(outer, codec.name());
        let entry_bytes = self.limits.entry_bytes();
        let mut bytes = head;
        let room = entry_bytes.saturating_sub(u64::try_from(bytes.len()).unwrap_or(0));
        let _ = (&mut stream).take(room.saturating_add(1)).read_to_end(&mut bytes);
        let stop = stop.borrow().clone();
        let damaged = matches!(&stop, Some(Stop::End(End::Cut | End::Damaged(_))));
        if bytes.is_empty() && damaged {
            let path = item.path.clone();
            let target = self.push(item.path, Vec::new(), item.modified, true, true);
            self.stopped(codec.name(), &path, target.clone(), &stop);
            return Some(target);
        }
        let name = Codec::inner_name(&item.name);
        let path = join(&item.path, &name);
        let truncated = damaged || matches!(&stop, Some(Stop::Total | Stop::Ratio));
        let inner = Item { path, name, bytes: Cow::Owned(bytes), modified: item.modified, truncated };
        let target = self.take(inner, depth).unwrap_or(Target::Path(item.path.clone()));
        self.stopped(codec.name(), &item.path, target, &stop);
        None
    }

    /// Reports why a stream ended early.
    pub(super) fn stopped(&mut self, codec: &str, path: &str, target: Target, stop: &Option<Stop>) {
        let again = "the file was probably not copied completely: copy it again and compare its size";
        let problem = match stop {
            None | Some(Stop::End(End::Clean | End::Over)) => return,
            Some(Stop::Total) => return self.total_reached(path),
            Some(Stop::Ratio) => self.ratio_limit(),
            Some(Stop::End(End::Cut)) => {
                Problem::warning(ProblemKind::Truncated, format!("the {codec} data ends early; read up to there"))
                    .help(again)
            }
            Some(Stop::End(End::Damaged(why))) => {
                let why = super::name::escape(why);
                Problem::warning(ProblemKind::Archive, format!("the {codec} data is damaged ({why}); read up to there"))
                    .help(again)
            }
            Some(Stop::End(End::Trailing(count))) => Problem::note(
                ProblemKind::Archive,
                format!("{count} bytes after the end of the {codec} data were not read"),
            ),
        };
        self.problem("", "", target, problem);
    }
}

/// Bytes of one zip member.
pub(super) fn unpack(codec: Codec, packed: &[u8], cap: u64, expected: u64) -> (Vec<u8>, End, usize) {
    let mut chain = Chain::new(codec, packed);
    let (bytes, end) = read_all(&mut chain, cap, expected);
    let used = packed.len().saturating_sub(chain.rest().len());
    (bytes, end, used)
}
