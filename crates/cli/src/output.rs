//! Standard output and error, exit codes, colour and width.

use std::io::{ErrorKind, IsTerminal, Write};

use crate::cli::Color;

/// Exit code: findings at or above the limit.
pub(crate) const FINDINGS: u8 = 1;
/// Exit code: no verdict is possible, or the usage is wrong.
pub(crate) const NO_VERDICT: u8 = 2;

/// Writes to standard output. A reader that closed the pipe early is no error.
pub(crate) fn print(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::BrokenPipe,
    }
}

/// Writes a message to standard error.
pub(crate) fn error(message: &str, help: Option<&str>) {
    let mut err = std::io::stderr().lock();
    let safe = hh_analyzer::render::terminal::sanitize(message);
    // A closed standard error leaves nothing to tell.
    let _ = writeln!(err, "hh-analyze: {safe}");
    if let Some(help) = help {
        let _ = writeln!(err, "  help: {}", hh_analyzer::render::terminal::sanitize(help));
    }
}

/// True if output is to be coloured.
pub(crate) fn use_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// Columns of the terminal; 100 where output goes elsewhere.
pub(crate) fn width(wanted: Option<u16>) -> usize {
    if let Some(width) = wanted {
        return usize::from(width);
    }
    if std::io::stdout().is_terminal()
        && let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size()
    {
        return usize::from(width).clamp(40, 160);
    }
    100
}
