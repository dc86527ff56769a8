//! The `kubectl` command above a table.

use crate::source::Span;

/// A `kubectl` command that was copied with its output, or that titles a section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// From `kubectl` to the end of the line.
    pub text: String,
    /// Its bytes.
    pub span: Span,
    /// `get`, `describe`, …
    pub verb: String,
    /// Resource words, as written.
    pub resources: Vec<String>,
    /// Object names.
    pub names: Vec<String>,
    /// `-n`.
    pub namespace: Option<String>,
    /// `-A`.
    pub all_namespaces: bool,
    /// `-l` or `--field-selector`.
    pub selector: bool,
    /// Piped through something that may drop lines.
    pub filtered: bool,
    /// `-o`.
    pub output: Option<String>,
}

/// Flags that take a value which matters to nobody here.
const WITH_VALUE: &[&str] = &[
    "--sort-by",
    "-L",
    "--label-columns",
    "--context",
    "--kubeconfig",
    "-f",
    "--filename",
    "-c",
    "--container",
    "--tail",
    "--since",
    "-s",
    "--server",
    "--request-timeout",
    "--chunk-size",
    "--user",
    "--cluster",
];

/// Words that may stand right before `kubectl`.
const BEFORE: &[&str] = &["sudo", "k3s", "time", "watch", "exec", "Executing:", "Running:", "Command:"];

impl Command {
    /// Reads a line such as `core@control-1 ~ $ kubectl get agents -A` that starts at byte `start`.
    #[must_use]
    pub fn parse(line: &str, start: usize) -> Option<Self> {
        let short = line.trim_start().starts_with("k ") || line.contains("$ k ") || line.contains("# k ");
        if !short && memchr::memmem::find(line.as_bytes(), b"kubectl").is_none() {
            return None;
        }
        let words = words(line);
        let at = words
            .iter()
            .take(9)
            .position(|(_, word)| word == "kubectl" || word.ends_with("/kubectl") || (short && word == "k"))?;
        if let Some((_, before)) = at.checked_sub(1).and_then(|before| words.get(before)) {
            let prompt = before.ends_with(['$', '#', '>', '%', '+']) || BEFORE.contains(&before.as_str());
            if !prompt {
                return None;
            }
        }
        let (offset, _) = words.get(at)?;
        let text = line.get(*offset..).unwrap_or("").trim_end().trim_end_matches('=').trim_end();
        let from = start.saturating_add(*offset);
        let mut command =
            Self { text: text.to_owned(), span: Span::new(from, from.saturating_add(text.len())), ..Self::default() };
        let words: Vec<String> = words.into_iter().skip(at + 1).map(|(_, word)| word).collect();
        command.read(&words);
        (!command.verb.is_empty()).then_some(command)
    }

    fn read(&mut self, words: &[String]) {
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "|" => {
                    let harmless = ["tee", "cat", "less", "more", "sort", "column"];
                    self.filtered |= words.next().is_some_and(|next| !harmless.contains(&next));
                    return;
                }
                "===" | ";" | "&&" | "||" => return,
                _ if word.contains('>') => return,
                "-A" | "--all-namespaces" | "--all-namespaces=true" => self.all_namespaces = true,
                "-n" | "--namespace" => self.namespace = words.next().map(str::to_owned),
                "-o" | "--output" => self.output = words.next().map(str::to_owned),
                "-l" | "--selector" | "--field-selector" => {
                    self.selector = true;
                    words.next();
                }
                _ if WITH_VALUE.contains(&word) => {
                    words.next();
                }
                _ if word.starts_with('-') => self.flag(word),
                _ if self.verb.is_empty() => word.clone_into(&mut self.verb),
                _ => self.resource(word),
            }
        }
    }

    /// A flag with its value in the same word.
    fn flag(&mut self, word: &str) {
        let value = |long: &str, short: &str| {
            word.strip_prefix(long)
                .and_then(|rest| rest.strip_prefix('='))
                .or_else(|| word.strip_prefix(short).map(|rest| rest.trim_start_matches('=')))
                .filter(|value| !value.is_empty() && !word.starts_with(&format!("{long}-")))
        };
        if word.starts_with("--field-selector") {
            self.selector = true;
        } else if let Some(namespace) = value("--namespace", "-n") {
            self.namespace = Some(namespace.to_owned());
        } else if let Some(output) = value("--output", "-o") {
            self.output = Some(output.to_owned());
        } else if value("--selector", "-l").is_some() {
            self.selector = true;
        }
    }

    fn resource(&mut self, word: &str) {
        if let Some((resource, name)) = word.split_once('/') {
            self.resources.push(resource.to_owned());
            self.names.push(name.to_owned());
        } else if self.resources.is_empty() {
            self.resources = word.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        } else {
            self.names.push(word.to_owned());
        }
    }

    /// True where the output need not hold all objects.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.selector || self.filtered || !self.names.is_empty()
    }
}

/// Words of a shell line with their byte offsets; quotes join and vanish.
fn words(line: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let (mut open, mut quote) = (false, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                if !open {
                    words.push((at, String::new()));
                }
                open = true;
            }
            (None, _) if c.is_whitespace() => open = false,
            _ => {
                if !open {
                    words.push((at, String::new()));
                }
                open = true;
                if let Some((_, word)) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let command = Command::parse("core@control-1 ~ $ kubectl get pods -n fab -l 'app in (a, b)'", 100).unwrap();
        assert_eq!(command.span.start, 119);
        assert_eq!(command.resources, ["pods"]);
        assert_eq!(command.namespace.as_deref(), Some("fab"));
        assert!(command.selector && command.is_partial());

        let command =
            Command::parse("=== Executing: /opt/bin/kubectl get agents.agent.githedgehog.com -A ===", 0).unwrap();
        assert_eq!(command.resources, ["agents.agent.githedgehog.com"]);
        assert!(command.all_namespaces && !command.is_partial());
        assert_eq!(command.text, "/opt/bin/kubectl get agents.agent.githedgehog.com -A");

        let command = Command::parse("# k get agent leaf-01 -owide --namespace=default", 0).unwrap();
        assert_eq!((command.names, command.output.as_deref()), (vec!["leaf-01".to_owned()], Some("wide")));
        assert_eq!(command.namespace.as_deref(), Some("default"));

        let command = Command::parse("kubectl get switches,servers -A | grep leaf", 0).unwrap();
        assert_eq!(command.resources, ["switches", "servers"]);
        assert!(command.is_partial());
        assert!(!Command::parse("$ kubectl get pods -A | tee pods.txt", 0).unwrap().is_partial());
    }

    #[test]
    fn no_commands() {
        for line in [
            "fab 2m Warning Failed pod/x run kubectl get pods",
            "the output of kubectl get pods",
            "kubectl",
            "leaf-01   k 4",
        ] {
            assert_eq!(Command::parse(line, 0), None, "{line}");
        }
    }
}
