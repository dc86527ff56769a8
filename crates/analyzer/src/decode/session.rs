//! Copies of terminal sessions: prompts with commands, each followed by what it printed.

use crate::parse::table::Command;
use crate::source::{Role, Span};

/// One command of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The prompt line; empty for text above the first prompt.
    pub(super) prompt: String,
    /// The output. For `kubectl get` and `describe` with the prompt line, which table readers need.
    pub(super) span: Span,
    /// What the command says about the output.
    pub(super) role: Role,
}

/// Splits a session at its prompts. Empty where there is nothing to split: no prompt, or one `kubectl get` or
/// `describe` above all text, which the readers of tables and objects understand themselves.
#[must_use]
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut marks: Vec<(usize, usize, &str)> = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        if command_behind_prompt(line).is_some() {
            marks.push((start, start + raw.len(), line));
        }
        start += raw.len();
    }
    let Some((first, ..)) = marks.first().copied() else { return Vec::new() };
    let above = text.get(..first).unwrap_or("");
    let commands: Vec<&str> = marks
        .iter()
        .filter_map(|(.., line)| command_behind_prompt(line))
        .filter(|command| !command.is_empty())
        .collect();
    if let [only] = commands.as_slice()
        && above.trim().is_empty()
        && keeps_prompt(only)
    {
        return Vec::new();
    }
    let mut parts = Vec::new();
    if !above.trim().is_empty() {
        let role = Role::Section { title: "above the first prompt".into() };
        parts.push(Part { prompt: String::new(), span: Span::new(0, first), role });
    }
    for (index, (start, after, line)) in marks.iter().enumerate() {
        let end = marks.get(index + 1).map_or(text.len(), |(next, ..)| *next);
        let command = command_behind_prompt(line).unwrap_or("");
        if command.is_empty() || text.get(*after..end).is_none_or(|body| body.trim().is_empty()) {
            continue;
        }
        let from = if keeps_prompt(command) { *start } else { *after };
        parts.push(Part { prompt: (*line).to_owned(), span: Span::new(from, end), role: role(line, command) });
    }
    parts
}

fn keeps_prompt(command: &str) -> bool {
    Command::parse(command, 0).is_some_and(|command| matches!(command.verb.as_str(), "get" | "describe"))
}

/// The command behind a shell's, FRR's, a switch's or the dataplane client's prompt; empty for a bare prompt.
#[must_use]
pub(super) fn command_behind_prompt(line: &str) -> Option<&str> {
    let line = line.trim_end();
    let first = line.chars().next().filter(|c| !c.is_whitespace())?;
    if let Some(rest) = line.strip_prefix("dataplane(") {
        return rest.split_once(")#").map(|(_, command)| command.trim());
    }
    if line.starts_with("kubectl ") || first == '$' {
        let command = line.strip_prefix('$').unwrap_or(line);
        return (first != '$' || command.is_empty() || command.starts_with(' ')).then_some(command.trim());
    }
    let name = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    // `gateway-1# show bgp summary`
    if let Some((host, command)) = line.split_once("# ")
        && name(host)
        && (command.starts_with("show ") || command.starts_with("vtysh"))
    {
        return Some(command.trim());
    }
    // `core@control-1 ~ $ …`, `admin@leaf-01:~$ …`, `[core@control-1 ~]$ …`
    let word = line.split_whitespace().next().unwrap_or("").trim_start_matches('[');
    let (user, _) = word.split_once('@')?;
    if !name(user) {
        return None;
    }
    let end = line.find(['$', '#']).filter(|end| *end <= 100)?;
    let command = line.get(end + 1..)?;
    let words = line.get(..end)?.split_whitespace().count();
    (words <= 3 && (command.is_empty() || command.starts_with(' '))).then_some(command.trim())
}

/// The host in FRR's or a shell's prompt.
#[must_use]
pub(super) fn host(line: &str) -> Option<&str> {
    command_behind_prompt(line)?;
    let word = line.split_whitespace().next()?.trim_start_matches('[');
    let host = match word.split_once('@') {
        Some((_, host)) => host.split([':', ']']).next()?,
        None => word.strip_suffix('#')?,
    };
    (!host.is_empty() && !host.contains('(')).then_some(host)
}

/// What a command says about its output: whose log it is, or only a title.
fn role(prompt: &str, command: &str) -> Role {
    log_of(command).unwrap_or_else(|| Role::Section { title: prompt.trim().to_owned() })
}

/// `kubectl logs` of one container of one pod.
fn log_of(command: &str) -> Option<Role> {
    let at = command.find("kubectl")?;
    let mut words = command.get(at..)?.split_whitespace().skip(1);
    let mut namespace = "";
    let mut container = None;
    let mut previous = false;
    let mut plain: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "|" | ">" | ">>" | "2>&1" => break,
            "-n" | "--namespace" => namespace = words.next()?,
            "-c" | "--container" => container = words.next(),
            "-p" | "--previous" | "--previous=true" => previous = true,
            "-l" | "--selector" | "--all-containers" | "--all-containers=true" | "--all-pods" => return None,
            "--tail" | "--since" | "--since-time" | "--context" | "--kubeconfig" | "--limit-bytes" => {
                words.next();
            }
            _ if word.starts_with("--container=") => container = word.get("--container=".len()..),
            _ if word.starts_with("--namespace=") => namespace = word.get("--namespace=".len()..)?,
            _ if word.starts_with('-') => {}
            _ => plain.push(word),
        }
    }
    let (verb, rest) = plain.split_first()?;
    let (pod, rest) = rest.split_first()?;
    if !matches!(*verb, "logs" | "log") {
        return None;
    }
    // A deployment's name is that of its pods without their suffix.
    let pod = pod.rsplit('/').next()?;
    Some(Role::PodLog {
        namespace: namespace.to_owned(),
        pod: pod.to_owned(),
        container: container.or(rest.first().copied()).map(str::to_owned),
        previous,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts() {
        for (line, command) in [
            ("core@control-1 ~ $ kubectl get pods -A", Some("kubectl get pods -A")),
            ("core@control-1 ~ $", Some("")),
            ("admin@leaf-01:~$ show ip route", Some("show ip route")),
            ("[core@control-1 ~]$ ip link", Some("ip link")),
            ("root@gateway-1:/# vtysh", Some("vtysh")),
            ("gateway-1# show bgp summary", Some("show bgp summary")),
            ("dataplane(✔)# show tech", Some("show tech")),
            ("$ kubectl get agents", Some("kubectl get agents")),
            ("kubectl get agents", Some("kubectl get agents")),
            ("# HELP vpc_packet_count", None),
            ("  $ kubectl get agents", None),
            ("$5 is the price", None),
            ("bob@example.com wrote about this", None),
            ("key: a# show", None),
            ("", None),
        ] {
            assert_eq!(command_behind_prompt(line), command, "{line}");
        }
    }

    #[test]
    fn hosts() {
        for (line, name) in [
            ("gateway-1# show bgp summary", Some("gateway-1")),
            ("core@gateway-1 ~ $ ip link", Some("gateway-1")),
            ("admin@leaf-01:~$ show ip route", Some("leaf-01")),
            ("dataplane(✔)# show tech", None),
            ("$ ip link", None),
            ("Network Interfaces", None),
        ] {
            assert_eq!(host(line), name, "{line}");
        }
    }

    #[test]
    fn a_session_is_split() {
        let text = "hello\n$ kubectl get pods\nNAME\n$ ip link\n1: lo\n$ true\n$\n";
        let parts = parts(text);
        let bodies: Vec<_> = parts.iter().map(|part| part.span.slice(text)).collect();
        assert_eq!(bodies, ["hello\n", "$ kubectl get pods\nNAME\n", "1: lo\n"]);
    }

    #[test]
    fn one_listing_is_not() {
        assert!(super::parts("\n$ kubectl get pods\nNAME\n$ \n").is_empty());
        assert!(super::parts("NAME\na\n").is_empty());
    }

    #[test]
    fn logs_have_their_pod() {
        let role = log_of("kubectl logs -n fab gw--gateway-1--dataplane-q72rj -c dataplane --previous | tail -5");
        assert_eq!(
            role,
            Some(Role::PodLog {
                namespace: "fab".into(),
                pod: "gw--gateway-1--dataplane-q72rj".into(),
                container: Some("dataplane".into()),
                previous: true
            })
        );
        assert!(log_of("kubectl logs -n fab -l app=x").is_none());
        assert!(log_of("kubectl get pods").is_none());
        assert!(
            matches!(log_of("kubectl logs deploy/fabric-ctrl"), Some(Role::PodLog { pod, container: None, .. }) if pod == "fabric-ctrl")
        );
    }
}
