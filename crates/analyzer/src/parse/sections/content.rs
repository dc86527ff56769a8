//! What a title says about the text below it (bundles reference 2.3).

/// Contents that other readers understand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Output of FRR's `vtysh` for this command.
    Vtysh(String),
    /// Output of the dataplane's client for this command.
    Dataplane(String),
    /// Output of the switch's `sonic-cli` for this command.
    SonicCli {
        /// `System`, `BGP/EVPN`, `VRF:<name>`, …
        label: String,
        /// Command.
        command: String,
    },
    /// `kubectl get <plural.group> -A`.
    KubectlGet(String),
    /// `kubectl describe <plural.group> -A`.
    KubectlDescribe(String),
    /// `kubectl get nodes -o wide`.
    Nodes,
    /// `kubectl get pods -A -o wide`.
    Pods,
    /// `kubectl get events -A`.
    Events,
    /// `kubectl describe pod`.
    PodDescribe {
        /// Namespace.
        namespace: String,
        /// Pod.
        pod: String,
    },
    /// Logs of all containers of a pod, one after the other, without a prefix.
    PodLog {
        /// Namespace.
        namespace: String,
        /// Pod.
        pod: String,
        /// Of the previous containers.
        previous: bool,
    },
    /// Log of the FRR container of a gateway.
    FrrLog,
    /// Log of the dataplane container of a gateway.
    DataplaneLog,
    /// `/var/log/agent.log` of a switch.
    AgentLog,
    /// Output of `date`.
    Date,
    /// A command on a console.
    Console(String),
    /// Anything else: by its title.
    Other,
}

impl Content {
    /// The content of a section with a title and a sub header.
    #[must_use]
    pub fn of(title: &str, sub: Option<&str>) -> Self {
        match title {
            "Kubernetes Nodes" => return Self::Nodes,
            "Kubernetes Pods" => return Self::Pods,
            "Kubernetes Events" => return Self::Events,
            "FRR Container Logs" => return Self::FrrLog,
            "Dataplane Container Logs" => return Self::DataplaneLog,
            "Hedgehog Agent Logs" => return Self::AgentLog,
            "Date/Time" => return Self::Date,
            "Describe All Kubernetes Pods" => {
                return sub.and_then(described_pod).unwrap_or(Self::Other);
            }
            _ => {}
        }
        executed(title).or_else(|| pod_log(title)).unwrap_or(Self::Other)
    }
}

/// `[label] Executing: <tool> -c '<command>'`, `Executing: /opt/bin/kubectl get <resource> -A`.
fn executed(title: &str) -> Option<Content> {
    let (label, command) = title.split_once("Executing: ")?;
    let label = label.trim();
    let label = label.strip_prefix('[').and_then(|label| label.strip_suffix(']')).unwrap_or(label);
    let command = command.trim();
    if let Some(rest) = command.strip_prefix("/opt/bin/kubectl ").or_else(|| command.strip_prefix("kubectl ")) {
        let mut words = rest.split_whitespace();
        let verb = words.next()?;
        let resource = words.next()?.to_owned();
        return match verb {
            "get" => Some(Content::KubectlGet(resource)),
            "describe" => Some(Content::KubectlDescribe(resource)),
            _ => None,
        };
    }
    let (tool, argument) = command.split_once(" -c ")?;
    let argument = argument.trim().trim_matches(['\'', '"']).to_owned();
    match tool.rsplit('/').next()? {
        "vtysh" => Some(Content::Vtysh(argument)),
        "dataplane-cli" => Some(Content::Dataplane(argument)),
        "sonic-cli" => Some(Content::SonicCli { label: label.to_owned(), command: argument }),
        _ => None,
    }
}

/// `Logs for Pod: <pod> in Namespace: <ns>`, `Previous Logs for Pod: … (if available)`.
fn pod_log(title: &str) -> Option<Content> {
    let (previous, rest) = match title.strip_prefix("Previous Logs for Pod: ") {
        Some(rest) => (true, rest),
        None => (false, title.strip_prefix("Logs for Pod: ")?),
    };
    let (pod, namespace) = rest.split_once(" in Namespace: ")?;
    let namespace = namespace.split_whitespace().next()?.to_owned();
    Some(Content::PodLog { namespace, pod: pod.trim().to_owned(), previous })
}

/// `Namespace: <ns>, Pod: <pod>`.
fn described_pod(sub: &str) -> Option<Content> {
    let (namespace, pod) = sub.strip_prefix("Namespace: ")?.split_once(", Pod: ")?;
    Some(Content::PodDescribe { namespace: namespace.trim().to_owned(), pod: pod.trim().to_owned() })
}

/// Sub headers that are headers even inside logs.
pub(crate) fn is_known_sub(sub: &str) -> bool {
    ["Namespace: ", "Container: ", "teamdctl "].iter().any(|known| sub.starts_with(known))
        || sub.strip_prefix("ping ").is_some_and(|address| address.parse::<std::net::IpAddr>().is_ok())
}

/// A command line that opens a part without rules around it.
pub(crate) fn is_bare_command(line: &str) -> bool {
    let rest = match line.strip_prefix('[') {
        Some(labelled) => labelled.split_once("] ").map_or("", |(_, rest)| rest),
        None => line,
    };
    rest.starts_with("Executing: ") && executed(line).is_some()
}
