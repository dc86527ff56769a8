use std::collections::BTreeSet;

use super::super::literals::{self, boot, cli, dhcpd, switch_agent, switch_failure, switch_syslog};
use super::super::{Severity, Stream};
use super::{fields, ids, read};

#[test]
fn ids_are_unique_and_everything_can_be_found() {
    let mut seen = BTreeSet::new();
    for literal in literals::all() {
        assert!(seen.insert(literal.id), "{} is there twice", literal.id);
        assert!(literal.field_names().len() <= 4, "{}", literal.id);
        for end in literal.ends() {
            assert!(literal.streams.iter().any(|stream| end.by.counts_in(*stream)), "{} cannot be ended", literal.id);
        }
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

#[test]
fn agent_lines() {
    for (message, expected) in [
        (
            "level=ERROR msg=Failed err=\"failed to run agent: k8s watch channel closed\"",
            &["agent-watch-closed", "agent-failed"][..],
        ),
        ("level=DEBUG msg=\"System is not ready\" summary=x notReady=\"[bgp]\"", &["agent-system-not-ready"]),
        ("level=ERROR msg=x err=\"system is not ready after 10.000000 minutes\"", &["agent-system-not-ready-timeout"]),
        ("level=INFO msg=\"System is ready\"", &["agent-system-ready"]),
        ("level=WARN msg=\"Failed to create gNMI client\" err=x", &["agent-gnmi-wait"]),
        ("level=ERROR msg=x err=\"failed to create gNMI client after retries: y\"", &["agent-gnmi-gave-up"]),
        ("level=ERROR msg=x err=\"dial tcp 172.30.0.1:6443: connect: connection refused\"", &["agent-api-unreachable"]),
        ("level=ERROR msg=x err=\"rpc error: code = Unavailable desc = connection error\"", &["agent-gnmi-down"]),
        ("level=ERROR msg=Panic err=oops stack=\"main\"", &["agent-panic"]),
        (
            "level=DEBUG msg=Action idx=3 weight=1 summary=\"Update Interface Ethernet4 Base\" command=update path=\"/x\"",
            &["agent-action"],
        ),
        ("level=INFO msg=\"Action applied\" idx=3 summary=\"Update\"", &["agent-action-applied"]),
        ("level=INFO msg=\"newagent: Dry run, exiting\"", &["agent-new-agent"]),
        ("level=WARN msg=\"Can't modify member of the PortChannel, removing to retry\" path=/x", &["ki-pc-retry"]),
        ("level=ERROR msg=x err=\"x509: certificate signed by unknown authority\"", &["certificate-unknown-authority"]),
    ] {
        let line = format!("time=2026-10-06T08:00:00Z {message}\n");
        assert_eq!(ids(&line, Stream::SwitchAgent), expected, "{message}");
        assert_eq!(ids(&line, Stream::Boot), Vec::<&str>::new(), "{message}");
    }
    let action = "time=2026-10-06T08:00:00Z level=DEBUG msg=Action idx=3 weight=1 summary=\"Update \\\"E\\\"\" command=update path=\"/x\"\n";
    let found = fields(action, Stream::SwitchAgent, &switch_agent::ACTION);
    assert_eq!(found[1], ("summary".to_owned(), "Update \"E\"".to_owned()));
    let set = "time=2026-10-06T08:00:00Z level=ERROR msg=x err=\"GNMI set request failed: gnmi set request failed: rpc error: code = InvalidArgument desc = no\"\n";
    assert_eq!(fields(set, Stream::SwitchAgent, &switch_failure::GNMI_SET_FAILED)[0].1, "InvalidArgument");
}

#[test]
fn dhcpd_lines() {
    let line = "Oct  6 09:00:00.000 WRN No subnet found mac=0c:20:60:75:3a:86 vrf=VrfVvpc-4 circuitID=Vlan1004\n";
    assert_eq!(
        fields(line, Stream::Dhcpd, &dhcpd::NO_SUBNET),
        [("vrf", "VrfVvpc-4"), ("circuitID", "Vlan1004"), ("mac", "0c:20:60:75:3a:86")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    let full = "Oct  6 09:00:00.000 ERR Error handling mac=0c:20:60:75:3a:86 err=\"updating subnet vpc-1--default to allocate: x: allocating ip: no available IP address\"\n\
                Oct  6 09:00:01.000 INF Allocated type=REQUEST mac=0c:20:60:75:3a:99 ip=10.0.0.9\n";
    let found = read(full, Stream::Dhcpd);
    assert_eq!(found.current(&dhcpd::POOL_EXHAUSTED).count(), 1);
    assert_eq!(found.last(&dhcpd::POOL_EXHAUSTED).unwrap().field(full, "subnet").unwrap(), "vpc-1--default");
    let given = format!("{full}Oct  6 09:00:02.000 INF Allocated type=REQUEST mac=0c:20:60:75:3a:86 ip=10.0.0.9\n");
    assert_eq!(read(&given, Stream::Dhcpd).current(&dhcpd::POOL_EXHAUSTED).count(), 0);
}

#[test]
fn the_rest() {
    for (stream, line, expected) in [
        (
            Stream::Boot,
            "Oct  6 09:00:00.000 WRN NOS not found error=\"switch: not found\" serial=A mac=b",
            "boot-nos-not-found",
        ),
        (
            Stream::FabricatorCtrl,
            "Oct  6 09:00:00.000 ERR x err=\"enforcing zot install: timed out\"",
            "fabricator-install-failed",
        ),
        (
            Stream::SwitchSyslog,
            "Oct  6 09:00:00.1 leaf-01 ERR swss#orchagent: :- SAI_STATUS_TABLE_FULL",
            "syslog-table-full",
        ),
        (
            Stream::SwitchSyslog,
            "Oct  6 09:00:00.1 leaf-01 INFO systemd[1]: hedgehog-agent.service: Main process exited, code=exited, status=1/FAILURE",
            "syslog-agent-exited",
        ),
        (
            Stream::Journal,
            "Oct 06 09:00:00 gw-1 k3s-agent[1]: time=\"2026-10-06T09:00:00Z\" level=error msg=\"Interface flannel.1 deleted\"",
            "journal-pod-network-deleted",
        ),
        (
            Stream::Alloy,
            "ts=2026-10-05T10:55:09Z level=warn msg=\"Failed to scrape\" target=http://127.0.0.1:9442/metrics err=\"connection refused\"",
            "alloy-scrape-failed",
        ),
        (
            Stream::Cli,
            "Error from server (Forbidden): admission webhook \"vvpc.kb.io\" denied the request: vlan 5 is already used by other VPC",
            "cli-denied",
        ),
        (
            Stream::FabricCtrl,
            "Oct  6 09:00:00.000 ERR x err=\"failed calling webhook \\\"vvpc.kb.io\\\": connect: connection refused\"",
            "any-webhook-down",
        ),
        (Stream::NosInstaller, "ERROR: Not allowed ONIE boot reason, aborting", "nos-install-failed"),
    ] {
        assert!(ids(line, stream).contains(&expected), "{line}: {:?}", ids(line, stream));
        assert!(!ids(line, Stream::Frr).contains(&expected) || expected.starts_with("any"), "{line}");
    }
    let forwarded = "Oct  6 09:00:00.000 INF Log: partition made serial=A1 level=info";
    assert_eq!(fields(forwarded, Stream::Boot, &boot::FORWARDED)[0].1, "partition made");
    let denied = "admission webhook \"vvpc.kb.io\" denied the request: vlan 5 is already used by other VPC";
    assert_eq!(fields(denied, Stream::Cli, &cli::DENIED)[1].1, "vlan 5 is already used by other VPC");
    let neighbor = "Oct  6 09:00:00.1 leaf-01 INFO swss#orchagent: :- handleConflictingNeighbor: Route: Add IP:10.0.0.1 vrf_id:0x3000, has no matching interface";
    assert_eq!(fields(neighbor, Stream::SwitchSyslog, &switch_syslog::NEIGHBOR_CONFLICT)[0].1, "10.0.0.1");
    assert_eq!(switch_syslog::NEIGHBOR_CONFLICT.severity, Severity::Info);
}
