//! Which form a log has.

use super::line::parse_line;

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// Rust `tracing`: dataplane and frr-agent.
    Tracing,
    /// Go slog text: `time=… level=… msg=…` (switch agent, 25.05 gateway agent), also logrus of k3s.
    Slog,
    /// Go tint: `Mar  4 09:20:30.123 INF …` (controllers, dhcpd, boot, command line tools).
    Tint,
    /// FRR daemons and watchfrr.
    Frr,
    /// Other `key=value` logs (Alloy).
    Logfmt,
    /// klog of Kubernetes components.
    Klog,
    /// journald or syslog around a message.
    Journal,
    /// One JSON object per line.
    Json,
    /// Docker's JSON files.
    Docker,
    /// CRI files of containerd: stamp, stream, flag.
    Cri,
    /// A stamp or bracketed level before free text.
    Timestamped,
}

/// Tells whether unknown text is a log, by its content: several lines of one form are needed.
#[must_use]
pub fn looks_like_log(text: &str) -> Option<Dialect> {
    const LINES: usize = 60;
    let mut counts: Vec<(Dialect, usize)> = Vec::new();
    let mut lines = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES) {
        lines += 1;
        // A head is short; the rest of a long line says nothing.
        let info = parse_line(clip(line, 600), None);
        let Some(dialect) = info.dialect.filter(|_| info.starts_message()) else {
            continue;
        };
        // A bare level word without a time is too weak to tell a log.
        if info.time.is_none() {
            continue;
        }
        match counts.iter_mut().find(|(known, _)| *known == dialect) {
            Some((_, count)) => *count += 1,
            None => counts.push((dialect, 1)),
        }
    }
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let (dialect, most) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let enough = if lines <= 3 { most == lines && lines >= 2 } else { most >= 3 || most * 2 > lines };
    (enough && total * 5 >= lines * 2).then_some(dialect)
}

/// At most `len` bytes of `line`, cut at a character.
fn clip(line: &str, len: usize) -> &str {
    line.get(..line.floor_char_boundary(len)).unwrap_or(line)
}
