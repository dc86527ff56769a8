//! All readers of FRR and Linux outputs on arbitrary texts.

use proptest::prelude::*;

use super::*;

const SAMPLES: &str = "IPv4 Unicast Summary:
Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
172.30.128.41   4      65100     10213     10144       23    0    0 08:12:33  Idle (Admin)        3 N/A
BFD Peers:
\tpeer 172.30.128.8 local-address 172.30.128.9 vrf default interface enp2s1
\t\tStatus: up
\t\tUptime: 9 day(s), 1 hour(s)
IPv4 unicast VRF default:
B>* 172.30.8.0/32 [20/0] via 172.30.128.8, enp2s1, weight 1, 01w2d01h
  *                      via 172.30.128.10, enp2s2, weight 1, 01w2d01h
router bgp 65534 vrf 0003a-vrf
 neighbor 172.30.128.8 remote-as 65101
  network 10.0.0.0/8
 Dataplane sock connected: yes
             tx        tx-fail
           8123              0
    Object:Operation:           sent        replied
   IpRoute:Add      :            611            611
Interface       Status  VRF             Addresses
enp2s1          up      default         172.30.128.9/31
Name      Connect Time    Last Read  Last Write
bgp           01w2d01h     00:00:03    00:00:08
3: flannel.1: <BROADCAST> mtu 1450
Wed Mar 11 03:02:40 PM UTC 2026
Switch: leaf-a
TYPE    PORT    VRF    PEER    STATE
fabric    E1/3    default    10.0.0.1    up
Switch 172.30.0.8: ping=ok arp=REACHABLE
dataplane(✔)# show tech
  13 2026/03/11 14:02:11       2026/03/11 14:02:12       none (rollback)
";

fn read_all(text: &str) {
    let _ = BgpSummary::parse(text);
    let _ = BfdPeers::parse(text);
    let _ = RouteTables::parse(text);
    let _ = RunningConfig::parse(text);
    let _ = RpcStats::parse(text);
    let _ = interface_brief(text);
    let _ = zebra_clients(text);
    let _ = show_daemons(text);
    let _ = inspect_tables(text);
    let _ = ip_link_names(text);
    let _ = date_output(text);
    let _ = switch_reach(text);
    let _ = prompt_commands(text);
    let _ = config_history(text, usize::MAX);
    let _ = current_generation(text, 0);
}

proptest! {
    #[test]
    fn never_panics(text in "[\\PC\n\t\u{1b}]{0,300}") {
        read_all(&text);
    }

    /// Lines of good texts, shuffled and cut.
    #[test]
    fn shuffled_lines_never_panic(picks in prop::collection::vec((0_usize..40, 0_usize..120), 0..30)) {
        let lines: Vec<_> = SAMPLES.lines().collect();
        let mut text = String::new();
        for (line, cut) in picks {
            let line = lines.get(line).copied().unwrap_or("");
            text.extend(line.chars().take(cut));
            text.push('\n');
        }
        read_all(&text);
    }
}

/// Work that grew with the square of the length would not end.
#[test]
fn hostile_texts_come_back() {
    let n = 30_000;
    for text in [
        SAMPLES.repeat(n / 40),
        "dataplane(✔)# x\n".repeat(n),
        format!("IPv4 Unicast Summary:\nNeighbor V AS {}\n{}", "c ".repeat(n), "1 4 5\n".repeat(n)),
        format!("Switch: a\n{}PORT  VRF  PEER\n{}", "C  ".repeat(n), "1  4\n".repeat(n)),
        format!("router bgp 1\n{}", " neighbor 10.0.0.1 bfd\n".repeat(n)),
        format!("BFD Peers:\n peer 10.0.0.1{}", " vrf".repeat(n)),
        format!("VRF a:\nB>* 10.0.0.0/8 via 10.0.0.1{}", ", x".repeat(n)),
        "1w".repeat(n),
    ] {
        read_all(&text);
    }
}
