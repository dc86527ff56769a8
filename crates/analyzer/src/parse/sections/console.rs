//! Captures of a serial console, made where a login over the network failed (bundles reference 2.1).

use jiff::civil::DateTime;

use super::kind::DeviceKind;
use super::{Header, Spanned};
use crate::parse::command::{Piece, ctime};

/// The head of a console capture. That it exists says that the login over the network failed.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsoleCapture {
    /// Device.
    pub name: Spanned<String>,
    /// Kind of a virtual machine; switches print none.
    pub kind: Option<DeviceKind>,
    /// Why the console was used.
    pub reason: Option<Spanned<String>>,
    /// Start, local time of the collecting host without a zone.
    pub started: Option<Spanned<DateTime>>,
    /// The line at the end stands there: the capture is whole.
    pub finished: bool,
}

/// The head, or none where no line `== Console diagnostics for <name> ==` stands in the text.
pub(crate) fn head(text: Piece<'_>) -> Option<ConsoleCapture> {
    let mut out: Option<ConsoleCapture> = None;
    let mut error = None;
    for line in text.lines() {
        if let Some(rest) = line.after("== Console diagnostics for ") {
            if out.is_none() {
                let (name, after) = rest.first_word();
                let kind = after.between("(", ")").and_then(|kind| match kind.text {
                    "server" => Some(DeviceKind::Server),
                    "control" => Some(DeviceKind::Control),
                    "gateway" => Some(DeviceKind::Gateway),
                    _ => None,
                });
                let (name, reason) = (name.string(), None);
                out = Some(ConsoleCapture { name, kind, reason, started: None, finished: false });
            }
            continue;
        }
        let Some(out) = &mut out else {
            // The device's name ends at the first colon and blank.
            if let Some(rest) = line.after("Show-tech error for ") {
                error = rest.split_once(": ").map(|(_, reason)| reason.trim().string());
            }
            continue;
        };
        if let Some(reason) = line.after("Reason:").filter(|_| out.reason.is_none()) {
            out.reason = Some(reason.string());
        } else if let Some(time) = line.after("Started at:").filter(|_| out.started.is_none()) {
            out.started = ctime(time.text).map(|started| Spanned { value: started, span: time.span() });
        } else if line.text.starts_with("Finished console capture at:") {
            out.finished = true;
        }
    }
    out.map(|out| ConsoleCapture { reason: out.reason.clone().or(error), ..out })
}

/// Lines `>>> <command>`.
pub(crate) fn headers(text: Piece<'_>) -> Vec<Header<'_>> {
    text.lines()
        .filter_map(|line| {
            let title = line.text.strip_prefix(">>> ").map(|_| line.skip(4).trim())?;
            (!title.is_empty()).then_some(Header { line, title, sub: false })
        })
        .collect()
}
