//! Commands whose output rules read, told by the command or by the output itself.

/// A command whose output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// `show tech` of the dataplane.
    ShowTech,
    /// FRR `show bgp summary`.
    BgpSummary,
    /// FRR `show bfd peers`.
    BfdPeers,
    /// `show ip route vrf all` of FRR or of a switch.
    Routes,
    /// FRR `show running-config`.
    RunningConfig,
    /// FRR `show hedgehog rpc stats`.
    RpcStats,
    /// `ip link`, `ip addr`.
    Links,
}

impl Known {
    /// What reports call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ShowTech => "show tech",
            Self::BgpSummary => "show bgp summary",
            Self::BfdPeers => "show bfd peers",
            Self::Routes => "show ip route vrf all",
            Self::RunningConfig => "show running-config",
            Self::RpcStats => "show hedgehog rpc stats",
            Self::Links => "ip link",
        }
    }

    /// By the command that was run: a dump's key or a section's title.
    #[must_use]
    pub fn by_command(command: &str) -> Option<Self> {
        let command = super::session::command_behind_prompt(command).unwrap_or(command);
        let command = command
            .trim()
            .trim_start_matches("Executing: ")
            .trim_start_matches("frr: ")
            .trim_start_matches("dataplane: ");
        // The last `-c` is the client's: `kubectl exec <pod> -c frr -- vtysh -c '…'`.
        let inner = command.rsplit_once(" -c ").map_or(command, |(_, rest)| rest).trim_matches(['\'', '"', ' ']);
        Some(match inner {
            "show tech" => Self::ShowTech,
            "show bgp summary" => Self::BgpSummary,
            "show bfd peers" => Self::BfdPeers,
            "show ip route vrf all" => Self::Routes,
            "show running-config" => Self::RunningConfig,
            "show hedgehog rpc stats" => Self::RpcStats,
            "Network Interfaces" | "Link Status" => Self::Links,
            _ => return None,
        })
    }

    /// By the output itself.
    #[must_use]
    pub fn by_content(text: &str) -> Option<Self> {
        let head: Vec<&str> = text.lines().take(40).collect();
        let any = |test: &dyn Fn(&str) -> bool| head.iter().any(|line| test(line.trim_end()));
        if any(&|line| line.contains("━━━") && !line.contains('│'))
            && any(&|line| {
                line.contains("Configuration summary")
                    || line.contains("FRR Management interface")
                    || line.contains("Gateway groups")
                    || line.contains("Packet stats")
            })
        {
            return Some(Self::ShowTech);
        }
        if any(&|line| line.ends_with("Summary:") || line.contains("Summary (VRF"))
            && any(&|line| line.starts_with("BGP router identifier"))
        {
            return Some(Self::BgpSummary);
        }
        if any(&|line| line == "BFD Peers:") {
            return Some(Self::BfdPeers);
        }
        if any(&|line| line.starts_with("Codes: K - kernel route")) {
            return Some(Self::Routes);
        }
        if any(&|line| line == "Building configuration..." || line == "Current configuration:")
            && any(&|line| line.starts_with("frr version") || line.starts_with("frr defaults"))
        {
            return Some(Self::RunningConfig);
        }
        if any(&|line| {
            line.trim_start().starts_with("Dataplane sock connected:") || line.starts_with("Hedgehog plugin:")
        }) {
            return Some(Self::RpcStats);
        }
        if any(&|line| line.starts_with("1: lo: <")) {
            return Some(Self::Links);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        for (command, known) in [
            ("frr: show bgp summary", Some(Known::BgpSummary)),
            ("dataplane: show tech", Some(Known::ShowTech)),
            ("Executing: vtysh -c 'show ip route vrf all'", Some(Known::Routes)),
            ("Executing: dataplane-cli -c 'show tech'", Some(Known::ShowTech)),
            ("gateway-1# show bfd peers", Some(Known::BfdPeers)),
            ("$ kubectl exec -n fab gw--g--frr-x -c frr -- vtysh -c 'show bgp summary'", Some(Known::BgpSummary)),
            ("frr: show daemons", None),
        ] {
            assert_eq!(Known::by_command(command), known, "{command}");
        }
    }

    #[test]
    fn contents() {
        assert_eq!(
            Known::by_content("\nIPv4 Unicast Summary:\nBGP router identifier 1.1.1.1, local AS\n"),
            Some(Known::BgpSummary)
        );
        assert_eq!(Known::by_content("Codes: K - kernel route, C - connected\n"), Some(Known::Routes));
        assert_eq!(Known::by_content("hello\n"), None);
    }
}
