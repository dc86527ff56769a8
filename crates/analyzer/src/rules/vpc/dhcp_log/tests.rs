//! Worlds with a `fabric-dhcpd` that drops requests.

use hh_worlds::{World, name};

use super::DhcpLog;
use crate::testing::said;

fn with(lines: &str) -> World {
    let world = World::healthy().small();
    let pod =
        world.objects.iter().map(name).find(|name| name.starts_with("fabric-dhcpd-") && name.matches('-').count() == 3);
    let pod = pod.expect("the pod").to_owned();
    world.log_more(&pod, "fabric-dhcpd", lines)
}

const NO_SUBNET: &str =
    "Oct  6 09:35:00.000 WRN No subnet found mac=0c:20:60:75:3a:01 vrf=VrfVvpc-04 circuitID=Vlan1044\n";

#[test]
fn no_subnet() {
    let lines = format!("{NO_SUBNET}{}", NO_SUBNET.replace("09:35", "09:40"));
    let said = said_of(&lines);
    assert_eq!(said.lines(), ["warning Deployment/fabric-dhcpd (vpc-04 vlan1044)"]);
    let known = lines.replace("1044", "1004");
    let known = said_of(&known);
    assert_eq!(known.lines(), ["warning DHCPSubnet/vpc-04--subnet-01"]);
    let evidence = &known.findings[0].evidence[0];
    assert!(evidence.line.is_some());
    assert!(evidence.value.as_deref().unwrap_or("").contains("No subnet found"), "{evidence:?}");
    assert!(evidence.note.contains("the last of 2"), "{}", evidence.note);
}

fn said_of(lines: &str) -> crate::testing::Said {
    said(&DhcpLog, &with(lines))
}

#[test]
fn no_address() {
    let said = said_of(
        "Oct  6 09:35:00.000 ERR Error handling mac=0c:20:60:75:3a:01 err=\"updating subnet vpc-01--subnet-01 to allocate: \
         x: allocating ip: no available IP address\"\n",
    );
    assert_eq!(said.lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
}

#[test]
fn an_unknown_relay() {
    let said = said_of(
        "Oct  6 09:35:00.000 WRN DHCP relay validation failed, dropping mac=0c:20:60:75:3a:01 vrf=vpc-01 circuitID=vlan1001 \
         reason=\"unknown GIADDR 172.30.0.99\"\n",
    );
    assert_eq!(said.lines(), ["error DHCPSubnet/vpc-01--subnet-01"]);
    let finding = &said.findings[0];
    assert!(finding.title.contains("172.30.0.99"), "{}", finding.title);
    assert_eq!(finding.reference, ["DHCP-607", "KI-DHCP82"]);
    assert_eq!(finding.evidence[1].value.as_deref(), Some("172.30.0.6/21"));
}

#[test]
fn what_is_normal() {
    for lines in [
        String::new(),
        // Long ago.
        NO_SUBNET.replace("09:35", "08:05"),
        // Answered later.
        format!("{NO_SUBNET}Oct  6 09:36:00.000 INF Allocated type=REQUEST mac=0c:20:60:75:3a:01 vrf=vpc-04 circuitID=vlan1004 ip=10.20.4.11\n"),
        // The management network.
        "Oct  6 09:35:00.000 WRN No subnet found mac=0c:20:60:75:3a:01 vrf= circuitID=\n".to_owned(),
        "Oct  6 09:35:00.000 WRN No subnet found mac=0c:20:60:75:3a:01\n".to_owned(),
        // A server that was moved.
        "Oct  6 09:35:00.000 INF Requested IP is already used, ignoring mac=0c:20:60:75:3a:01 vrf=vpc-01 circuitID=vlan1001\n".to_owned(),
    ] {
        let said = said_of(&lines);
        assert!(said.lines().is_empty() && said.passed == 1, "{lines}: {said:?}");
    }
    // Answered by the container that runs now.
    let world = World::healthy().small();
    let pod = world.logs.keys().map(|(_, pod, _)| pod.clone()).find(|pod| pod.starts_with("fabric-dhcpd-")).unwrap();
    let later = NO_SUBNET.replace("09:35", "09:36").replace("WRN No subnet found", "INF Allocated");
    let world = world.previous_log(&pod, "fabric-dhcpd", NO_SUBNET).log_more(&pod, "fabric-dhcpd", &later);
    assert!(said(&DhcpLog, &world).lines().is_empty());
    assert!(said(&DhcpLog, &World::older().small()).is_quiet());
    assert_eq!(said(&DhcpLog, &World::healthy().small().without_logs()).not_checked, ["log of fabric-dhcpd"]);
}
