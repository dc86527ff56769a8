use super::super::literals::{agent25, bgp, controller, datapath, dataplane, frr};
use super::super::{Level, Literal, Stream, panic_details};
use super::{fields, ids, read};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Literal, message, fields.
type Case = (&'static Literal, &'static str, &'static [(&'static str, &'static str)]);

#[test]
fn dataplane_fields() {
    let cases: &[Case] = &[
        (
            &dataplane::STARTED,
            " ━━ Starting dataplane for gateway 'gw-1' (Version = v0.25.2) ━━",
            &[("gateway", "gw-1"), ("version", "v0.25.2")],
        ),
        (
            &dataplane::APPLY_FAILED,
            "Failed to apply the config for genid 11: Failure applying config: No BGP community exists for rank 2",
            &[("generation", "11"), ("error", "Failure applying config: No BGP community exists for rank 2")],
        ),
        (
            &dataplane::APPLY_FAILED,
            "Failed to apply the config for generation 3: bad",
            &[("generation", "3"), ("error", "bad")],
        ),
        (
            &dataplane::APPLY_REPORTED,
            "Config for generation 3 was successfully applied. Updating",
            &[("generation", "3")],
        ),
        (
            &dataplane::CONVERT_FAILED,
            "Failed to convert K8sGatewayAgent to ExternalConfig: Invalid MTU 5",
            &[("error", "Invalid MTU 5")],
        ),
        (&dataplane::ROLLBACK_FAILED, "Rolling back to config 9 failed: no", &[("generation", "9"), ("error", "no")]),
        (
            &dataplane::FRR_FAILED,
            "Failed to apply FRR configuration for gen 7: Reloading error",
            &[("generation", "7"), ("error", "Reloading error")],
        ),
        (
            &dataplane::BGP_DOWN,
            "BGP session with 172.30.128.14 (id:172.30.8.2 ASN:65102) changed Established -> Idle",
            &[("peer", "172.30.128.14"), ("id", "172.30.8.2"), ("asn", "65102"), ("state", "Idle")],
        ),
        (
            &dataplane::INTERFACE_MISSING,
            "Internal error: Unable to find kernel interface 'enp9s9'",
            &[("interface", "enp9s9")],
        ),
        (
            &dataplane::DUPLICATE_PEER,
            "VPC vpc-1 peers more than once with peer vpc-2",
            &[("vpc", "vpc-1"), ("peer", "vpc-2")],
        ),
        (&dataplane::INIT_RETRY, "Could not initialize k8s state. Will retry 9 more times", &[("left", "9")]),
        (
            &datapath::POOL_EXHAUSTED,
            "masquerade: Ip/port allocation failed for flow VNI(200),10.20.2.47:36345 -> 10.20.3.10:443 TCP towards VPC VNI(300): no free IP available",
            &[
                ("flow", "VNI(200),10.20.2.47:36345 -> 10.20.3.10:443 TCP"),
                ("vpc", "VNI(300)"),
                ("reason", "no free IP available"),
            ],
        ),
        (&datapath::WORKER_DIED, "Worker 3 exited with error: gone", &[("worker", "3"), ("error", "gone")]),
        (
            &datapath::TASK_DIED,
            "fatal; tripping shutdown subsystem=k8s reason=k8s status updater exited without cancellation",
            &[("subsystem", "k8s"), ("reason", "k8s status updater exited without cancellation")],
        ),
    ];
    for (literal, message, expected) in cases {
        let line = format!("2026-10-06T08:56:22.5Z ERROR mgmt dataplane::x: 1: {message}\n");
        assert_eq!(fields(&line, Stream::Dataplane, literal), pairs(expected), "{message}");
        assert_eq!(ids(&line, Stream::FabricCtrl), Vec::<&str>::new(), "{message}");
    }
}

#[test]
fn look_alikes() {
    for (stream, line) in [
        (Stream::Dataplane, "2026-10-06T08:56:22Z INFO x y: 1: Failed to apply the config for genid N"),
        (Stream::Dataplane, "time=x level=ERROR msg=Failed err=\"failed to run agent: code = Unavailable\""),
        (Stream::Alloy, "ts=2026-10-05T10:55:09Z level=error msg=\"Failed to send\" err=\"context deadline exceeded\""),
        (
            Stream::Alloy,
            "ts=2026-10-05T10:55:09Z level=error msg=\"Failed to scrape\" target=http://127.0.0.1:9342/metrics",
        ),
        (Stream::Any, "CoreDNS-1.13.2 core dumped"),
        (Stream::FabricCtrl, "Oct  6 08:51:17.206 INF failed to build a gateway agent: x"),
        (
            Stream::Dataplane,
            "2026-10-06T08:56:22Z WARN x y: 1: Ip/port allocation failed for flow A towards VPC B: other reason",
        ),
    ] {
        assert_eq!(ids(line, stream), Vec::<&str>::new(), "{line}");
    }
}

#[test]
fn output_of_the_reloader_begins_its_line() {
    assert_eq!(ids("Error cannot set logtostderr: no such flag", Stream::Frr), Vec::<&str>::new());
    assert_eq!(ids("stderr: x", Stream::Frr), ["frr-reload-output"]);
}

#[test]
fn watcher_error_is_a_parse_error_by_its_text() {
    let line =
        |error| format!("2026-10-06T08:56:22Z ERROR x y: 1: Watcher error: {error}. Restarting kube client in 2s...");
    assert_eq!(ids(&line("unknown variant `x`"), Stream::Dataplane), ["dp-watcher-parse-error"]);
    assert_eq!(ids(&line("HyperError: broken"), Stream::Dataplane), ["dp-watcher-error"]);
}

#[test]
fn driver_panic_only_behind_the_driver() {
    let start = "2026-10-06T08:56:22Z INFO main dataplane::runtime: 1: Using driver DPDK...\n";
    let panic = "thread 'main' panicked at dataplane/src/drivers/dpdk.rs:12:5:\nnot yet implemented\n";
    assert_eq!(ids(&format!("{start}{panic}"), Stream::Dataplane), ["dp-driver-dpdk", "dp-panic", "dp-driver-missing"]);
    assert_eq!(ids(panic, Stream::Dataplane), ["dp-panic"]);
}

#[test]
fn panic_forms() {
    for (text, message, location) in [
        (
            "thread 'main' panicked at src/a.rs:12:5:\nnot yet implemented\nnote: run\n",
            "not yet implemented",
            "src/a.rs:12:5",
        ),
        ("thread 'main' (7) panicked at src/a.rs:12:5:\nboom\n", "boom", "src/a.rs:12:5"),
        ("thread 'main' panicked at 'boom, it', src/a.rs:12:5\n", "boom, it", "src/a.rs:12:5"),
        (
            "The application panicked (crashed).\nMessage:  boom\nLocation: nat/src/portfw/setup.rs:40\n",
            "boom",
            "nat/src/portfw/setup.rs:40",
        ),
    ] {
        let log = format!("2026-10-06T08:56:22Z INFO main x: 1: go\n{text}2026-10-06T08:56:23Z INFO main x: 1: next\n");
        let found = read(&log, Stream::Dataplane);
        let hit = found.last(&datapath::PANIC).unwrap();
        let panic = panic_details(&log, hit);
        assert_eq!(panic.message.unwrap().slice(&log), message, "{text}");
        assert_eq!(panic.location.unwrap().slice(&log), location, "{text}");
        assert_eq!(hit.time(), Some("2026-10-06T08:56:22Z".parse().unwrap()));
    }
}

#[test]
fn history_in_a_log() {
    let log = "2026-10-06T08:56:22Z INFO mgmt x: 1: \n ━━━ Configuration summary ━━━\n  GenId created applied error \n     13 2026/03/11 14:02:11       2026/03/11 14:02:12       none \n2026-10-06T08:56:23Z INFO mgmt x: 1: next\n";
    let found = read(log, Stream::Dataplane);
    let hit = found.last(&dataplane::CONFIG_HISTORY).unwrap();
    let block = super::super::block(log, hit.line);
    let rows = crate::parse::command::config_history(block.slice(log), block.start as usize);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].span.slice(log).starts_with("13 2026/03/11"));
    assert_eq!(hit.time(), Some("2026-10-06T08:56:22Z".parse().unwrap()));
}

#[test]
fn frr_container() {
    assert_eq!(
        fields(
            "2026/10/06 09:18:27 BGP: [PXVXG-TFNNT] %ADJCHANGE: neighbor 172.30.128.14(leaf-02) in vrf default Down Interface down\n",
            Stream::Frr,
            &bgp::DOWN
        ),
        pairs(&[("peer", "172.30.128.14"), ("host", "leaf-02"), ("vrf", "default"), ("reason", "Interface down")])
    );
    let refused = "2026/10/06 09:18:27 BGP: [X] %NOTIFICATION: received from neighbor 172.30.128.14(leaf-02) 2/2 (OPEN Message Error/Bad Peer AS) 4 bytes";
    assert_eq!(fields(refused, Stream::Frr, &bgp::BAD_PEER_AS)[1], ("peer".to_owned(), "172.30.128.14".to_owned()));
    let bare = "2026/10/06 09:18:27 BGP: [X] %NOTIFICATION: sent to neighbor 172.30.128.14 2/2 (OPEN Message Error/Bad Peer AS) 4 bytes";
    assert_eq!(fields(bare, Stream::Frr, &bgp::BAD_PEER_AS)[1], ("peer".to_owned(), "172.30.128.14".to_owned()));
    assert_eq!(
        fields(
            "2026/10/06 09:18:27 WATCHFRR: [A] zebra state -> down : read returned EOF\n",
            Stream::Frr,
            &frr::DAEMON_DOWN
        ),
        pairs(&[("daemon", "zebra"), ("reason", "read returned EOF")])
    );
    assert_eq!(
        fields("2026/10/06 09:18:27 ZEBRA: [A] Received signal 11 at 123\n", Stream::Frr, &frr::CRASHED),
        pairs(&[("daemon", "ZEBRA")])
    );
    assert_eq!(ids("2026/10/06 09:18:27 ZEBRA: [A] Received signal 15 at 123\n", Stream::Frr), Vec::<&str>::new());
    let reload = ">>>> FRR Reload failed! <<<<\nstderr: line 12: % Unknown command: foo\nstdout: \n";
    assert_eq!(ids(reload, Stream::Frr), ["frr-reload-failed", "frr-reload-output", "frr-reload-output"]);
}

#[test]
fn controllers() {
    let line = "Oct  6 05:14:37.160 WRN VPC not ready while building gateway agent, retrying controller=Gateway gateway=gw-1 vpc=vpc-9\n";
    let found = read(line, Stream::FabricCtrl);
    let hit = found.last(&controller::VPC_NOT_READY).unwrap();
    assert_eq!(hit.level, Some(Level::Warn));
    assert_eq!(hit.time(), Some("2026-10-06T05:14:37.16Z".parse().unwrap()));
    assert_eq!(
        fields(line, Stream::GatewayCtrl, &controller::VPC_NOT_READY),
        pairs(&[("gateway", "gw-1"), ("vpc", "vpc-9")])
    );
    assert_eq!(ids(line, Stream::Dataplane), Vec::<&str>::new());
    let agent = "Oct  6 05:14:37.160 ERR Reconciler error controller=Gateway name=gw-1 err=\"building gateway agent: gateway not found for gateway group: g\" reconcileID=1\n";
    assert_eq!(ids(agent, Stream::FabricCtrl), ["ctrl-agent-build-failed", "fabric-reconciler-error"]);
    let conflict = "Oct  6 05:14:37.160 ERR Reconciler error controller=Agent name=l err=\"Operation cannot be fulfilled on x: the object has been modified\"\n";
    assert_eq!(ids(conflict, Stream::FabricCtrl), ["fabric-conflict"]);
}

#[test]
fn old_gateway_agent() {
    let line = |error: &str| {
        format!("time=2026-10-06T08:56:22Z level=INFO msg=\"Dataplane config updated\" gen=6 message=m error={error}\n")
    };
    assert_eq!(ids(&line("\"\""), Stream::GatewayAgent25), ["agent25-updated"]);
    let refused = line("\"bad thing\"");
    assert_eq!(
        fields(&refused, Stream::GatewayAgent25, &agent25::REFUSED),
        pairs(&[("generation", "6"), ("message", "m"), ("error", "bad thing")])
    );
    assert_eq!(ids(&refused, Stream::GatewayAgent25), ["agent25-refused"]);
}
