//! Raw deflate that tells a complete stream from a cut one.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

/// Decoder of one raw deflate stream.
pub(super) struct Inflate<'a> {
    rest: &'a [u8],
    state: Decompress,
    done: bool,
}

impl<'a> Inflate<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, state: Decompress::new(false), done: false }
    }

    /// Bytes after the part that was used.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.done {
            let (used, made) = (self.state.total_in(), self.state.total_out());
            let status = self
                .state
                .decompress(self.rest, buffer, FlushDecompress::None)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            let used = usize::try_from(self.state.total_in().saturating_sub(used)).unwrap_or(0);
            let made = usize::try_from(self.state.total_out().saturating_sub(made)).unwrap_or(0);
            self.rest = self.rest.get(used..).unwrap_or_default();
            self.done = status == Status::StreamEnd;
            if made > 0 {
                return Ok(made);
            }
            if used == 0 && !self.done {
                return Err(if self.rest.is_empty() {
                    io::ErrorKind::UnexpectedEof.into()
                } else {
                    io::Error::new(io::ErrorKind::InvalidData, "the data does not make sense")
                });
            }
        }
        Ok(0)
    }
}
