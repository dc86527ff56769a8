//! Which FRR command an output belongs to, and `show daemons`.

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::piece::{Piece, Spanned};

/// The FRR commands that have a reader here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrrCommand {
    /// `show daemons`.
    Daemons,
    /// `show hedgehog rpc stats`.
    RpcStats,
    /// `show zebra client summary`.
    ZebraClients,
    /// `show running-config`.
    RunningConfig,
    /// `show interface brief`.
    InterfaceBrief,
    /// `show bfd peers`.
    BfdPeers,
    /// `show bgp summary`, `show bgp vrf all summary`.
    BgpSummary,
    /// `show ip route vrf all`, `show ip route`.
    IpRoute,
    /// `show ip fib vrf all`, in the form of the routes.
    IpFib,
}

impl FrrCommand {
    /// The command of a key such as `frr: show bgp summary`, or of a command line.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Some(match text.trim().trim_start_matches("frr:").trim() {
            "show daemons" => Self::Daemons,
            "show hedgehog rpc stats" => Self::RpcStats,
            "show zebra client summary" => Self::ZebraClients,
            "show running-config" => Self::RunningConfig,
            "show interface brief" => Self::InterfaceBrief,
            "show bfd peers" => Self::BfdPeers,
            "show bgp summary" | "show bgp vrf all summary" => Self::BgpSummary,
            "show ip route vrf all" | "show ip route" => Self::IpRoute,
            "show ip fib vrf all" => Self::IpFib,
            _ => return None,
        })
    }
}

/// Daemons that a gateway's FRR runs (gateway reference 6.3).
pub const FRR_DAEMONS: [&str; 6] = ["mgmtd", "zebra", "bgpd", "watchfrr", "staticd", "bfdd"];

/// Daemons in `show daemons`: one line of names.
///
/// # Errors
/// Where nothing was captured or no known daemon is named.
pub fn show_daemons(text: &str) -> Read<Vec<Spanned<String>>> {
    captured(text)?;
    let clean = without_escapes(text);
    let lines = Piece::new(&clean, 0).lines().filter(|line| !is_noise(line.text));
    let words: Vec<_> = lines.flat_map(Piece::words).collect();
    let all = words.iter().all(|word| word.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let known = words.iter().any(|word| FRR_DAEMONS.contains(&word.text));
    match words.first() {
        Some(first) if !(all && known) => Err(Unread::Layout(first.span())),
        Some(_) => Ok(words.into_iter().map(Piece::string).collect()),
        None => Err(Unread::Empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daemons() {
        let found = show_daemons(" mgmtd zebra bgpd watchfrr staticd\n").unwrap();
        assert_eq!(found.len(), 5);
        assert!(!found.iter().any(|daemon| daemon.value == "bfdd"));
        assert!(matches!(show_daemons("% Unknown command: show daemons\n"), Err(Unread::Layout(_))));
        assert!(matches!(show_daemons("something else\n"), Err(Unread::Layout(_))));
        assert_eq!(show_daemons("\r\n"), Err(Unread::Empty));
    }

    #[test]
    fn commands() {
        assert_eq!(FrrCommand::of("frr: show bgp summary"), Some(FrrCommand::BgpSummary));
        assert_eq!(FrrCommand::of("show ip route vrf all"), Some(FrrCommand::IpRoute));
        assert_eq!(FrrCommand::of("dataplane: show tech"), None);
    }
}
