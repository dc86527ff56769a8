//! Logs of switches: agent.log and syslog, by what only they write, and the switch that they are of
//! (fabric reference 3.3, 7; bundle reference 4.9).

use std::collections::BTreeSet;

use super::attribute::gateway_in_path;
use crate::facts::Objects;
use crate::parse::log::{Stream, strip_ansi};

/// Bytes at either end of a log that are searched for its marks.
const WINDOW: usize = 65_536;
/// Lines that are searched for a host name.
const LINES: usize = 50;

/// Words of the switch agent alone.
const AGENT: [&str; 9] = [
    "basedir=/etc/sonic/hedgehog",
    "Config loaded from file",
    "Initial control link configuration applied",
    "Waiting for system is ready",
    "Starting watch for config changes in K8s",
    "Agent config changed",
    "Switch state updated",
    "Config applied\" name=",
    "failed to run agent",
];

/// Words of the syslog of SONiC with the agent on it.
const SYSLOG: [&str; 6] = ["hedgehog-agent.service", "hedgehog-agent[", "swss#", "syncd#", "#orchagent", "pmon#"];

/// Names of all switches that the capture holds.
pub(super) fn switch_names(objects: &Objects) -> BTreeSet<String> {
    let agents = objects.agents.objects.iter().map(|object| object.meta.name.clone());
    agents.chain(objects.switches.objects.iter().map(|object| object.meta.name.clone())).collect()
}

/// The stream of a log that belongs to no pod, by its content.
pub(super) fn in_text(text: &str) -> Option<Stream> {
    let head = text.get(..text.floor_char_boundary(WINDOW)).unwrap_or(text);
    let tail = text.get(text.ceil_char_boundary(text.len().saturating_sub(WINDOW))..).unwrap_or("");
    let holds = |words: &[&str]| words.iter().any(|word| head.contains(word) || tail.contains(word));
    // syslog may carry the agent's own lines behind its stamp.
    if holds(&SYSLOG) && head.lines().take(LINES).any(|line| syslog_host(line).is_some()) {
        Some(Stream::SwitchSyslog)
    } else if holds(&AGENT) {
        Some(Stream::SwitchAgent)
    } else {
        None
    }
}

/// The stream that a path or command names.
pub(super) fn in_path(path: &str, switches: &BTreeSet<String>) -> Option<Stream> {
    let file = path.rsplit(['/', ' ']).next().unwrap_or(path);
    // The journal of a node's k3s-agent is another agent's.
    let of_node = file.contains("k3s") || file.contains("journal");
    if !of_node && (file.starts_with("agent.log") || file.ends_with("-agent.log") || file.ends_with("_agent.log")) {
        return Some(Stream::SwitchAgent);
    }
    let named = || gateway_in_path(path, switches.iter().map(String::as_str)).is_some();
    (file.contains("syslog") && named()).then_some(Stream::SwitchSyslog)
}

/// The switch that a log names itself; for syslog only one of `switches`: other hosts write syslogs too.
pub(super) fn device_in_text<'t>(stream: Stream, text: &'t str, switches: &BTreeSet<String>) -> Option<&'t str> {
    match stream {
        Stream::SwitchAgent => ["Config applied", "Config loaded from file"].into_iter().find_map(|words| {
            let at = memchr::memmem::find(text.as_bytes(), words.as_bytes())?;
            let line = text.get(at..)?.lines().next()?;
            let name = line.split_once(" name=")?.1.split_whitespace().next()?.trim_matches('"');
            (!name.is_empty() && !name.contains('\u{1b}')).then_some(name)
        }),
        Stream::SwitchSyslog => text.lines().take(LINES).find_map(syslog_host).filter(|host| switches.contains(*host)),
        _ => None,
    }
}

/// The host of `Oct  6 09:00:00.1 leaf-01 INFO …`, also with a year, and of `2026-10-06T09:00:00Z leaf-01 …`.
fn syslog_host(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let is_time = |word: &str| {
        let clock = word.split_once('T').map_or(word, |(_, clock)| clock);
        clock.starts_with(|c: char| c.is_ascii_digit()) && clock.matches(':').count() >= 2
    };
    words.by_ref().take(4).find(|word| is_time(word))?;
    let host = words.next()?;
    // A level or a message is no host; a host is followed by a program or level.
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    let is_level = ["INF", "DBG", "WRN", "ERR", "INFO", "DEBUG", "WARN", "ERROR"].contains(&host);
    (plain && !is_level && words.next().is_some()).then_some(host)
}

/// The switch that a path names.
pub(super) fn device_in_path(path: &str, switches: &BTreeSet<String>) -> Option<String> {
    gateway_in_path(path, switches.iter().map(String::as_str)).map(str::to_owned)
}

/// A host name of a switch's file: kept only where it is one.
pub(super) fn known(host: Option<&String>, switches: &BTreeSet<String>) -> Option<String> {
    let host = strip_ansi(host?);
    switches.get(host.trim()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switches() -> BTreeSet<String> {
        ["leaf-01", "leaf-02", "spine-01"].map(str::to_owned).into()
    }

    #[test]
    fn streams_by_content() {
        let agent = "time=2026-10-06T09:00:00.1Z level=INFO msg=\"Config applied\" name=leaf-02 gen=7 took=1s\n\
                     time=2026-10-06T09:00:15.1Z level=DEBUG msg=\"Sending heartbeat\"\n";
        assert_eq!(in_text(agent), Some(Stream::SwitchAgent));
        assert_eq!(device_in_text(Stream::SwitchAgent, agent, &switches()), Some("leaf-02"));
        let tint = "2026-03-04 09:20:30 INF Config loaded from file name=leaf-09 gen=7 res=1\n";
        assert_eq!(in_text(tint), Some(Stream::SwitchAgent));
        // An agent names its switch even where no object of it is captured.
        assert_eq!(device_in_text(Stream::SwitchAgent, tint, &switches()), Some("leaf-09"));
        for line in [
            "Oct  6 09:00:00.1 leaf-01 ERR swss#orchagent: :- addRoute: SAI_STATUS_TABLE_FULL",
            "2026 Oct  6 09:00:00.123456 leaf-01 INFO systemd[1]: hedgehog-agent.service: Main process exited",
            "2026-10-06T09:00:00.1+00:00 leaf-01 hedgehog-agent[12]: msg=\"Sending heartbeat\"",
        ] {
            assert_eq!(in_text(line), Some(Stream::SwitchSyslog), "{line}");
            assert_eq!(device_in_text(Stream::SwitchSyslog, line, &switches()), Some("leaf-01"), "{line}");
        }
    }

    #[test]
    fn what_is_no_switch() {
        assert_eq!(in_text("Oct  6 09:00:00.100 INF Reconciler error controller=Agent name=leaf-01"), None);
        assert_eq!(in_text("time=2026-10-06T09:00:00Z level=info msg=\"starting k3s\""), None);
        let other = "Oct  6 09:00:00.1 gateway-1 INFO pmon#x: y";
        assert_eq!(device_in_text(Stream::SwitchSyslog, other, &switches()), None);
        assert_eq!(in_path("logs/control-agent/k3s.log", &switches()), None);
        assert_eq!(in_path("var/log/syslog", &switches()), None);
        assert_eq!(in_path("nodes/gateway-1/journal-k3s-agent.log", &switches()), None);
    }

    #[test]
    fn streams_and_devices_by_path() {
        assert_eq!(in_path("leaf-01/agent.log", &switches()), Some(Stream::SwitchAgent));
        assert_eq!(in_path("cat /var/log/agent.log.1", &switches()), Some(Stream::SwitchAgent));
        assert_eq!(in_path("leaf-01/syslog", &switches()), Some(Stream::SwitchSyslog));
        assert_eq!(device_in_path("t/leaf-01/agent.log", &switches()).as_deref(), Some("leaf-01"));
        assert_eq!(known(Some(&"leaf-01\n".to_owned()), &switches()).as_deref(), Some("leaf-01"));
        assert_eq!(known(Some(&"sonic".to_owned()), &switches()), None);
    }
}
