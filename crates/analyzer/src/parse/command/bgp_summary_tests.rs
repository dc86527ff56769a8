use super::*;

const TEXT: &str = "\nIPv4 Unicast Summary (VRF default):
BGP router identifier 172.30.8.21, local AS number 65534 VRF default vrf-id 0
BGP table version 23
Peers 2, using 47 KiB of memory

Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
172.30.128.41   4      65100     10213     10144       23    0    0 08:12:33           14        3 N/A
172.30.128.43   4      65100         0        12        0    0    0    never       Active        0 N/A
172.30.128.45   4 4200000001         0        12        0    0    0 01w2d01h Idle (Admin)        0 to leaf x
leaf-04(172.30.128.47) 4 65104       1        12        0    0    0 00:00:10     (Policy)        0 N/A
2001:db8:ffff:ffff:ffff:ffff:ffff:1
                4      65105        10        12        0    0    0 1d02h03m        NoNeg        0 N/A

Total number of neighbors 5

L2VPN EVPN Summary:
BGP router identifier 172.30.8.21, local AS number 65534 VRF default vrf-id 0

Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
172.30.128.41   4      65100     10213     10144       23    0    0 08:12:33           18        7 N/A

Total number of neighbors 1
";

#[test]
fn families_and_rows() {
    let summary = BgpSummary::parse(TEXT).unwrap();
    let names: Vec<_> = summary.families.iter().map(|family| family.family.value.as_str()).collect();
    assert_eq!(names, ["IPv4 Unicast", "L2VPN EVPN"]);
    let first = &summary.families[0];
    assert_eq!(first.vrf.as_ref().unwrap().value, "default");
    assert_eq!(first.local_as.unwrap().value, 65534);
    assert_eq!(first.router_id.unwrap().value.to_string(), "172.30.8.21");
    let rows: Vec<_> = summary.family("IPv4 Unicast").collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0].state.value, BgpState::Established(14));
    assert_eq!(rows[0].state.span.slice(TEXT), "14");
    assert_eq!(rows[0].up_down.unwrap().value, UpDown::Seconds(29_553));
    assert_eq!(rows[0].sent.unwrap().value, 3);
    assert_eq!(rows[0].messages, Some((10_213, 10_144)));
    assert_eq!(rows[0].description, None);
    assert_eq!(rows[1].up_down.unwrap().value, UpDown::Never);
    assert!(rows[1].state.value.is_down() && !rows[1].state.value.is_established());
    assert_eq!(rows[2].state.value, BgpState::Down("Idle (Admin)".to_owned()));
    assert_eq!(rows[2].state.span.slice(TEXT), "Idle (Admin)");
    assert_eq!(rows[2].asn.unwrap().value, 4_200_000_001);
    assert_eq!(rows[2].description.as_ref().unwrap().value, "to leaf x");
    assert_eq!(rows[3].state.value, BgpState::Policy);
    assert!(!rows[3].state.value.is_down());
    assert_eq!(rows[3].address.unwrap().to_string(), "172.30.128.47");
    assert_eq!(rows[4].state.value, BgpState::NotNegotiated);
    assert_eq!(rows[4].address.unwrap().to_string(), "2001:db8:ffff:ffff:ffff:ffff:ffff:1");
    assert!(rows[1].span.slice(TEXT).starts_with("172.30.128.43"));
}

#[test]
fn nothing_configured_is_said_by_frr() {
    let summary = BgpSummary::parse("% No BGP neighbors found in VRF default\n").unwrap();
    assert!(summary.families.is_empty());
    assert_eq!(summary.message.unwrap().value, "No BGP neighbors found in VRF default");
}

#[test]
fn other_texts_are_not_read() {
    assert!(matches!(BgpSummary::parse("BFD Peers:\n\tpeer 1.1.1.1\n"), Err(Unread::Layout(_))));
    assert!(matches!(BgpSummary::parse("Weekly Summary of things\n"), Err(Unread::Layout(_))));
    assert!(matches!(BgpSummary::parse("% Unknown command: show bgp summary\n"), Err(Unread::Layout(_))));
    assert_eq!(BgpSummary::parse(""), Err(Unread::Empty));
    let exec = "error: unable to upgrade connection: container not found (\"frr\")\n";
    assert!(matches!(BgpSummary::parse(exec), Err(Unread::NotCaptured(_))));
}
