use proptest::prelude::*;

use super::*;
use crate::parse::command::Unread;

fn body<'t>(text: &'t str, section: &FileSection) -> &'t str {
    section.body.slice(text).trim()
}

#[test]
fn gateway() {
    let text = "Warning: permanently added host\n\n=== System Information ===\nLinux gw\n\n=== Date/Time ===\nWed Mar 11 15:02:40 UTC 2026\r\n
=== FRR (vtysh) Diagnostics ===

=== Executing: vtysh -c 'show bgp summary' ===
WARN[0000] runtime connect using default endpoints
OCI runtime exec failed: exec failed: \"vtysh\": executable file not found in $PATH

=== Executing: vtysh -c 'show ip route vrf all' ===
Codes: K - kernel

=== FRR Container Logs ===
FRR container not found - skipping container logs

=== Executing: dataplane-cli -c 'show tech' ===
time: 2026-03-11 15:02:40
=== not a header ===
--- nor this
";
    let file = SectionedFile::parse(text).unwrap();
    assert_eq!(file.kind, Some(DeviceKind::Gateway));
    assert!(file.console.is_none());
    let contents: Vec<_> = file.sections.iter().map(|section| section.content.clone()).collect();
    assert_eq!(
        contents,
        [
            Content::Other,
            Content::Date,
            Content::Other,
            Content::Vtysh("show bgp summary".into()),
            Content::Vtysh("show ip route vrf all".into()),
            Content::FrrLog,
            Content::Dataplane("show tech".into()),
        ]
    );
    let flags: Vec<_> = file.sections.iter().map(FileSection::not_captured).collect();
    assert_eq!(flags, [false, false, true, true, false, true, false]);
    let Err(Unread::NotCaptured(span)) = file.sections[3].captured else { panic!() };
    assert!(span.slice(text).starts_with("OCI runtime"));
    assert!(body(text, &file.sections[6]).ends_with("--- nor this"));
    assert_eq!(file.sections[3].title.span.slice(text), "Executing: vtysh -c 'show bgp summary'");
    assert_eq!(file.titled("Date/Time").count(), 1);
}

#[test]
fn control() {
    let text = "\n=== K3s Version ===\nk3s v1\n\n=== Kubernetes Pods ===\nNAMESPACE NAME\n\n=== Describe All Kubernetes Pods ===
--- Namespace: fab, Pod: fabric-ctrl-1 ---
Name: fabric-ctrl-1
--- Namespace: fab, Pod: gw--gw-1--frr-x ---
Name: x

=== Logs for Pod: fabric-ctrl-1 in Namespace: fab ===
--- a test ran ---
line

=== Previous Logs for Pod: fabric-ctrl-1 in Namespace: fab (if available) ===

=== Executing: /opt/bin/kubectl get agents.agent.githedgehog.com -A ===
NAMESPACE NAME
=== Executing: /opt/bin/kubectl describe agents.agent.githedgehog.com -A ===
Name: x
";
    let file = SectionedFile::parse(text).unwrap();
    assert_eq!(file.kind, Some(DeviceKind::Control));
    let contents: Vec<_> = file.sections.iter().map(|section| section.content.clone()).collect();
    let log = |previous| Content::PodLog { namespace: "fab".into(), pod: "fabric-ctrl-1".into(), previous };
    let describe = |pod: &str| Content::PodDescribe { namespace: "fab".into(), pod: pod.into() };
    assert_eq!(
        contents,
        [
            Content::Other,
            Content::Pods,
            describe("fabric-ctrl-1"),
            describe("gw--gw-1--frr-x"),
            log(false),
            log(true),
            Content::KubectlGet("agents.agent.githedgehog.com".into()),
            Content::KubectlDescribe("agents.agent.githedgehog.com".into()),
        ]
    );
    assert_eq!(body(text, &file.sections[2]), "Name: fabric-ctrl-1");
    assert_eq!(file.sections[5].captured, Err(Unread::Empty));
    assert_eq!(body(text, &file.sections[4]), "--- a test ran ---\nline");
}

#[test]
fn switch_parts() {
    let text = "\n=== Teamd LAG State ===\n--- teamdctl PortChannel1 state ---\nsetup:\n\n=== Error-Disable Timeline ===\n
[System] Executing: sonic-cli -c 'show version'\nversion 4\n\n=== [VRF:VrfVx] Executing: sonic-cli -c 'show ip route vrf VrfVx' ===\nCodes:\n
=== Docker Container Logs ===\n--- Container: bgp ---\n=== Hedgehog Agent Logs ===\ntime=x\n";
    let file = SectionedFile::parse(text).unwrap();
    assert_eq!(file.kind, Some(DeviceKind::Switch));
    let sonic: Vec<_> = file
        .sections
        .iter()
        .filter_map(|section| match &section.content {
            Content::SonicCli { label, command } => Some((label.as_str(), command.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(sonic, [("System", "show version"), ("VRF:VrfVx", "show ip route vrf VrfVx")]);
    assert_eq!(file.sections[0].sub.as_ref().unwrap().value, "teamdctl PortChannel1 state");
    assert_eq!(file.sections.last().unwrap().content, Content::AgentLog);
}

#[test]
fn server_and_runner() {
    let text = "\n=== Ping Default Gateway (10.0.1.1) ===\nPING\n\n--- 10.0.1.1 ping statistics ---\n3 packets\n
=== Ping Peer Servers ===\n--- ping 10.0.2.5 ---\nPING\n--- 10.0.2.5 ping statistics ---\n3 packets\n";
    let file = SectionedFile::parse(text).unwrap();
    assert_eq!(file.kind, Some(DeviceKind::Server));
    assert_eq!(file.sections.len(), 2);
    assert!(body(text, &file.sections[0]).ends_with("3 packets"));
    assert_eq!(file.sections[1].sub.as_ref().unwrap().value, "ping 10.0.2.5");
    let runner = SectionedFile::parse("\n=== Runner Environment Diagnostics ===\nTimestamp: x\n").unwrap();
    assert_eq!(runner.kind, Some(DeviceKind::Runner));
}

#[test]
fn console() {
    let text = "Show-tech error for gateway-1: ssh: connect refused\nCollecting console diagnostics.\n
== Console diagnostics for gateway-1 (gateway) ==\nReason: ssh failed\nStarted at: Wed Mar 11 15:02:40 2026\n\n>>> ip addr\n1: lo\n
>>> systemctl status\nWARN: command timed out: systemctl status\nFinished console capture at: Wed Mar 11 15:03:40 2026\n";
    let file = SectionedFile::parse(text).unwrap();
    let console = file.console.unwrap();
    assert_eq!((console.name.value.as_str(), file.kind), ("gateway-1", Some(DeviceKind::Gateway)));
    assert_eq!(console.reason.unwrap().value, "ssh failed");
    assert_eq!(console.started.unwrap().value.to_string(), "2026-03-11T15:02:40");
    assert!(console.finished);
    assert_eq!(file.sections.len(), 2);
    assert_eq!(file.sections[0].title.value, "ip addr");
    assert_eq!(file.sections[0].content, Content::Console("ip addr".into()));
    assert_eq!(body(text, &file.sections[0]), "1: lo");
    let short =
        SectionedFile::parse("Show-tech error for leaf-01: timeout\n== Console diagnostics for leaf-01 ==\n").unwrap();
    assert_eq!(short.console.as_ref().unwrap().reason.as_ref().unwrap().value, "timeout");
    assert!(!short.console.unwrap().finished && short.sections.is_empty());
}

#[test]
fn other_texts_have_no_sections() {
    for text in [
        "",
        "apiVersion: v1\n---\nkind: List\n",
        "--- a/file\n+++ b/file\n",
        "====\ntitle\n====\n",
        ">>> not a console\n",
    ] {
        assert_eq!(SectionedFile::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "(\\PC{0,20}|\n|=== | ===|--- | ---|>>> |== Console diagnostics for |\\[a\\] Executing: sonic-cli -c '){0,40}") {
        if let Some(file) = SectionedFile::parse(&text) {
            for section in &file.sections {
                prop_assert!(section.body.end as usize <= text.len());
                prop_assert!(text.get(section.body.start as usize..section.body.end as usize).is_some());
            }
        }
    }
}
