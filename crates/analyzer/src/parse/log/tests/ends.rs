use super::super::literals::{bgp, controller, datapath, dataplane, fabric_ctrl, frr, switch_failure};
use super::super::{Literal, Stream};
use super::read;

/// How many hits of the literal there are, and how many of them are current.
fn counts(log: &str, stream: Stream, literal: &'static Literal) -> (usize, usize) {
    let found = read(log, stream);
    (found.of(literal).count(), found.current(literal).count())
}

/// A dataplane log: seconds of the minute and message.
fn dataplane_log(lines: &[(u32, &str)]) -> String {
    lines
        .iter()
        .map(|(second, text)| {
            format!("2026-10-06T08:{:02}:{:02}Z  INFO mgmt x::y: 1: {text}\n", second / 60, second % 60)
        })
        .collect()
}

const REJECTED: &str = "Failed to apply the config for genid 11: Failure applying config: no";

#[test]
fn a_refused_generation_stays_until_it_or_a_newer_one_is_applied() {
    let rolled = [
        (10, "Interface reconciliation not achieved after 300 passes"),
        (11, "Rolling back to config with genid 9..."),
        (12, "Successfully applied config for genid 9"),
        (13, REJECTED),
    ];
    let log = dataplane_log(&rolled);
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::APPLY_FAILED), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::RECONCILE_FAILED), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::ROLLING_BACK), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::ROLLED_BACK), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::APPLY_DONE), (0, 0));
    let mut repaired = rolled.to_vec();
    repaired.push((40, "Config for genid 12 successfully applied. Updating status..."));
    let log = dataplane_log(&repaired);
    for literal in [&dataplane::APPLY_FAILED, &dataplane::RECONCILE_FAILED, &dataplane::ROLLING_BACK] {
        assert_eq!(counts(&log, Stream::Dataplane, literal), (1, 0), "{}", literal.id);
    }
    let found = read(&log, Stream::Dataplane);
    let end = found.hit(found.last(&dataplane::APPLY_FAILED).unwrap().ended_by().unwrap()).unwrap();
    assert_eq!(*end.literal, dataplane::APPLY_REPORTED);
}

#[test]
fn the_nearest_sufficient_generation_ends() {
    let log = dataplane_log(&[
        (1, REJECTED),
        (2, "Successfully applied config for genid 10"),
        (3, "Successfully applied config for genid 11"),
        (4, "Successfully applied config for genid 15"),
    ]);
    let found = read(&log, Stream::Dataplane);
    assert_eq!(found.hits[0].ended_by(), Some(2));
}

#[test]
fn repeated_lines_fold() {
    let lines: Vec<(u32, &str)> = (0..40).map(|n| (n * 15, REJECTED)).collect();
    let log = dataplane_log(&lines);
    let found = read(&log, Stream::Dataplane);
    let folds = found.folded(&log, &dataplane::APPLY_FAILED);
    assert_eq!(folds.len(), 1);
    assert_eq!((folds[0].count, folds[0].first, folds[0].last), (40, 0, 39));
    assert_eq!(found.lines, 40);
    assert_eq!(found.last_time, Some("2026-10-06T08:09:45Z".parse().unwrap()));
}

#[test]
fn port_forward_line_survives_its_own_apply() {
    let line = "Failure adding port-forwarding rule (config validation failed)";
    let own =
        [(1, line), (2, "Successfully applied config for genid 5"), (3, "Config for genid 5 successfully applied.")];
    assert_eq!(counts(&dataplane_log(&own), Stream::Dataplane, &datapath::PORT_FORWARD_FAILED), (1, 1));
    let mut next = own.to_vec();
    next.push((300, "Successfully applied config for genid 6"));
    assert_eq!(counts(&dataplane_log(&next), Stream::Dataplane, &datapath::PORT_FORWARD_FAILED), (1, 0));
    let late = [(1, line), (300, "Successfully applied config for genid 6")];
    assert_eq!(counts(&dataplane_log(&late), Stream::Dataplane, &datapath::PORT_FORWARD_FAILED), (1, 0));
}

#[test]
fn api_and_frr_errors() {
    let log = dataplane_log(&[
        (1, "Watcher error: gone. Restarting kube client in 2s..."),
        (2, "Request sent to frr-agent timed out! Will reconnect..."),
        (3, "Failed to apply FRR configuration for gen 7: Reloading error"),
        (4, "Frr configuration successfully applied for gen 6"),
        (5, "Kube client successfully initialized"),
    ]);
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::WATCHER_ERROR), (1, 0));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::FRR_TIMEOUT), (1, 0));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::FRR_FAILED), (1, 1));
}

#[test]
fn peers_end_by_their_own_up() {
    let log = "2026/10/06 09:18:27 BGP: [A] %ADJCHANGE: neighbor 10.0.0.1(leaf-01) in vrf default Down Peer closed the session\n\
               2026/10/06 09:18:27 BGP: [A] %ADJCHANGE: neighbor 10.0.0.2(leaf-02) in vrf default Down Peer closed the session\n\
               2026/10/06 09:18:29 BGP: [A] %ADJCHANGE: neighbor 10.0.0.2(leaf-02) in vrf default Up\n";
    let found = read(log, Stream::Frr);
    let current: Vec<_> = found.current(&bgp::DOWN).map(|hit| hit.field(log, "peer").unwrap().into_owned()).collect();
    assert_eq!(current, ["10.0.0.1"]);
    let log = dataplane_log(&[
        (1, "BGP session with 10.0.0.1 (id:1.1.1.1 ASN:65101) changed Established -> Idle"),
        (2, "BGP session with 10.0.0.1 (id:1.1.1.1 ASN:65101) changed Idle -> Active"),
        (3, "BGP session with 10.0.0.2 (id:1.1.1.1 ASN:65101) changed Idle -> Established"),
    ]);
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::BGP_DOWN), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::BGP_UP), (1, 1));
    assert_eq!(counts(&log, Stream::Dataplane, &dataplane::BGP_CHANGED), (1, 1));
}

const FRR_START: &str = "2026/09/27 08:09:11 WATCHFRR: [A] watching [mgmtd zebra]\n\
    2026/09/27 08:09:11 WATCHFRR: [B] mgmtd state -> down : initial connection attempt failed\n\
    2026/09/27 08:09:11 WATCHFRR: [B] zebra state -> down : initial connection attempt failed\n\
    2026/09/27 08:09:11 WATCHFRR: [C] Forked background command [pid 27]: /libexec/frr/watchfrr.sh restart all\n\
    2026/09/27 08:09:13 WATCHFRR: [D] mgmtd state -> up : connect succeeded\n\
    2026/09/27 08:09:13 WATCHFRR: [D] zebra state -> up : connect succeeded\n\
    2026/09/27 08:09:13 WATCHFRR: [E] all daemons up, doing startup-complete notify\n";

#[test]
fn a_healthy_frr_start_is_silent() {
    let found = read(FRR_START, Stream::Frr);
    assert!(found.hits.iter().all(|hit| hit.literal.severity == super::super::Severity::Info), "{:?}", found.hits);
    // The same without its first line (rotated away).
    let cut = FRR_START.split_once('\n').unwrap().1;
    assert!(read(cut, Stream::Frr).hits.iter().all(|hit| hit.literal.severity == super::super::Severity::Info));
}

#[test]
fn a_crashed_daemon_counts_until_it_is_up() {
    let crash = "2026/09/27 09:00:00 WATCHFRR: [B] zebra state -> down : read returned EOF\n\
                 2026/09/27 09:00:01 WATCHFRR: [C] Forked background command [pid 99]: /libexec/frr/watchfrr.sh restart zebra\n";
    let log = format!("{FRR_START}{crash}");
    assert_eq!(counts(&log, Stream::Frr, &frr::DAEMON_DOWN), (1, 1));
    assert_eq!(counts(&log, Stream::Frr, &frr::FORKED), (1, 1));
    assert_eq!(counts(&log, Stream::Frr, &frr::FORKED_AT_START), (1, 1));
    let other = format!("{log}2026/09/27 09:00:03 WATCHFRR: [D] bgpd state -> up : connect succeeded\n");
    assert_eq!(counts(&other, Stream::Frr, &frr::DAEMON_DOWN), (1, 1));
    let up = format!("{log}2026/09/27 09:00:03 WATCHFRR: [D] zebra state -> up : connect succeeded\n");
    assert_eq!(counts(&up, Stream::Frr, &frr::DAEMON_DOWN), (1, 0));
    assert_eq!(counts(&up, Stream::Frr, &frr::FORKED), (1, 0));
}

#[test]
fn controller_lines_end_by_the_same_object() {
    let log = "Oct  6 05:14:37.160 ERR Reconciler error controller=Agent name=leaf-01 err=\"x\" reconcileID=aa\n\
               Oct  6 05:14:38.160 ERR Reconciler error controller=Agent name=leaf-02 err=\"x\" reconcileID=ab\n\
               Oct  6 05:14:38.260 ERR Reconciler error controller=Agent name=leaf-02 err=\"x\" reconcileID=ac\n\
               Oct  6 05:14:39.160 INF agent reconciled controller=Agent name=leaf-01\n\
               Oct  6 05:14:40.160 INF vpc reconciled controller=VPC name=leaf-02\n";
    assert_eq!(counts(log, Stream::FabricCtrl, &fabric_ctrl::RECONCILER_ERROR), (3, 2));
    let found = read(log, Stream::FabricCtrl);
    assert_eq!(found.folded(log, &fabric_ctrl::RECONCILER_ERROR).len(), 2);
    let log = "Oct  6 05:14:37.160 WRN VPC not ready while building gateway agent, retrying gateway=gw-1 vpc=v\n\
               Oct  6 05:14:39.160 INF gateway reconciled controller=Gateway name=gw-1\n";
    assert_eq!(counts(log, Stream::FabricCtrl, &controller::VPC_NOT_READY), (1, 0));
}

#[test]
fn an_agent_that_applies_its_old_file_is_not_repaired() {
    let start = "time=2026-10-06T08:00:00Z level=INFO msg=Starting version=v0.129.4\n\
                 time=2026-10-06T08:00:01Z level=INFO msg=\"Config loaded from file\" name=leaf-01 gen=7 res=1\n\
                 time=2026-10-06T08:00:09Z level=INFO msg=\"Config applied\" name=leaf-01 gen=7 took=1s\n";
    let fail = "time=2026-10-06T08:00:10Z level=INFO msg=\"Agent config changed\" current=7 new=9\n\
                time=2026-10-06T08:00:20Z level=ERROR msg=Failed err=\"failed to run agent: failed to process agent config from k8s: failed to process agent config loaded from k8s: failed to apply actions: GNMI set request failed: gnmi set request failed: rpc error: code = InvalidArgument desc = VNI is already used in VRF VrfVvpc-1\"\n";
    let log = format!("{start}{fail}{start}");
    assert_eq!(counts(&log, Stream::SwitchAgent, &switch_failure::FAILED), (1, 1));
    let found = read(&log, Stream::SwitchAgent);
    let hit = found.last(&switch_failure::FAILED).unwrap();
    assert_eq!(hit.number(&log, "generation"), Some(9));
    assert!(hit.field(&log, "err").unwrap().ends_with("VrfVvpc-1"));
    assert_eq!(found.hits.iter().filter(|hit| hit.literal.id == "ki-vni").count(), 1);
    let repaired =
        format!("{log}time=2026-10-06T08:01:09Z level=INFO msg=\"Config applied\" name=leaf-01 gen=9 took=1s\n");
    assert_eq!(counts(&repaired, Stream::SwitchAgent, &switch_failure::FAILED), (1, 0));
}
