//! Captures that hold an error instead of metrics.

/// The line that says why no metrics came: `curl: (7) …`, `connection refused`, a failed exec or proxy.
/// Metric lines and comments are not looked at.
#[must_use]
pub fn curl_failure(text: &str) -> Option<&str> {
    const WORDS: [&str; 5] = [
        "connection refused",
        "failed to connect to",
        "couldn't connect to server",
        "could not connect to server",
        "empty reply from server",
    ];
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines().find(|line| line.starts_with("curl: (")).or_else(|| {
        lines().filter(|line| !line.contains('{')).find(|line| {
            let line = line.get(..line.floor_char_boundary(500)).unwrap_or(line).to_ascii_lowercase();
            WORDS.iter().any(|word| line.contains(word))
        })
    })
}

/// True for an answer of an exporter (`curl -i`, `curl -v`) that holds headers and nothing else: it works and
/// has no series yet.
#[must_use]
pub fn empty_answer(text: &str) -> bool {
    let (mut good, mut typed) = (false, false);
    // An answer without a body is short.
    for line in text.lines().take(60).map(str::trim).filter(|line| !line.is_empty()) {
        let line = line.trim_start_matches("< ");
        if line.starts_with("HTTP/") {
            good = line.split_whitespace().nth(1) == Some("200");
        } else if line.to_ascii_lowercase().starts_with("content-type: text/plain; version=") {
            typed = true;
        } else if !(line.starts_with(['*', '>', '{', '}'])
            || line.contains(": ")
            || line.ends_with(':')
            || line.contains("$ "))
        {
            return false;
        }
    }
    good && typed && text.lines().nth(60).is_none()
}
