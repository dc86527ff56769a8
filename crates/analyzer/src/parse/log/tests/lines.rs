use super::super::{Dialect, Level, LogTime, looks_like_log, parse_line};
use super::reference;

/// time, level, target, message, dialect
type Expected<'a> = (&'a str, Option<Level>, Option<&'a str>, &'a str, Dialect);

fn check(line: &str, expected: Expected<'_>) {
    let info = parse_line(line, Some(reference()));
    let time = match info.time {
        Some(LogTime::At(time)) => time.to_string(),
        Some(LogTime::Clock(time)) => time.to_string(),
        other => format!("{other:?}"),
    };
    let message = &line[info.message_start..info.message_end];
    assert_eq!((time.as_str(), info.level, info.target, message, info.dialect.unwrap()), expected, "{line}");
}

#[test]
fn dataplane_with_and_without_colours() {
    let message = "Config for genid 6 successfully applied. Updating status...";
    let coloured = format!(
        "\u{1b}[2m2026-09-27T08:09:10.277993Z\u{1b}[0m \u{1b}[32m INFO\u{1b}[0m mgmt \u{1b}[2mdataplane_mgmt::k8s\u{1b}[0m\u{1b}[2m:\u{1b}[0m \u{1b}[2m167:\u{1b}[0m {message}"
    );
    let plain = format!("2026-09-27T08:09:10.277993Z  INFO       mgmt dataplane_mgmt::k8s: 167: {message}");
    let older = format!("2026-09-27T08:09:10.277993Z ERROR mgmt ThreadId(03) dataplane_mgmt::k8s: 167: {message}");
    for (line, level) in [(&coloured, Level::Info), (&plain, Level::Info), (&older, Level::Error)] {
        check(
            line,
            ("2026-09-27T08:09:10.277993Z", Some(level), Some("dataplane_mgmt::k8s"), message, Dialect::Tracing),
        );
        assert_eq!(parse_line(line, None).thread, Some("mgmt"));
    }
    let bare = parse_line("WARN worker-6 dataplane_nat::nf: 434: text", None);
    assert_eq!((bare.level, bare.thread, bare.message_start), (Some(Level::Warn), Some("worker-6"), 38));
}

#[test]
fn other_programs() {
    for (line, expected) in [
        (
            "2026-10-05T09:14:39.099728Z  INFO frr_agent: Successfully APPLIED new configuration",
            (
                "2026-10-05T09:14:39.099728Z",
                Some(Level::Info),
                Some("frr_agent"),
                "Successfully APPLIED new configuration",
                Dialect::Tracing,
            ),
        ),
        (
            "2026/09/27 08:15:42 BGP: [N9HHH-F8H1M][EC 33554454] %ADJCHANGE: neighbor 10.0.0.1 Up",
            ("2026-09-27T08:15:42Z", None, Some("BGP"), "%ADJCHANGE: neighbor 10.0.0.1 Up", Dialect::Frr),
        ),
        (
            "Oct  6 08:51:17.206 INF agent reconciled name=spine-01",
            ("2026-10-06T08:51:17.206Z", Some(Level::Info), None, "agent reconciled name=spine-01", Dialect::Tint),
        ),
        (
            "2026-03-04 09:20:30 WRN something key=v",
            ("2026-03-04T09:20:30Z", Some(Level::Warn), None, "something key=v", Dialect::Tint),
        ),
        (
            "09:20:30 INF Gateways status ready=1",
            ("09:20:30", Some(Level::Info), None, "Gateways status ready=1", Dialect::Tint),
        ),
        (
            "time=2026-03-04T09:20:30.123Z level=ERROR msg=Failed err=\"x y\"",
            ("2026-03-04T09:20:30.123Z", Some(Level::Error), None, "Failed err=\"x y\"", Dialect::Slog),
        ),
        (
            "time=\"2026-03-04T09:20:30Z\" level=info msg=\"Starting k3s\"",
            ("2026-03-04T09:20:30Z", Some(Level::Info), None, "Starting k3s\"", Dialect::Slog),
        ),
        (
            "ts=2026-10-05T10:55:09.123Z level=info \"boringcrypto enabled\"=false",
            ("2026-10-05T10:55:09.123Z", Some(Level::Info), None, "\"boringcrypto enabled\"=false", Dialect::Logfmt),
        ),
        (
            "E1005 10:55:09.123456       1 main.go:98] went wrong",
            ("2026-10-05T10:55:09.123456Z", Some(Level::Error), Some("main.go:98"), "went wrong", Dialect::Klog),
        ),
        (
            "{\"level\":\"warn\",\"ts\":1772616030.5,\"msg\":\"no \\\"x\\\"\",\"a\":1}",
            ("2026-03-04T09:20:30.5Z", Some(Level::Warn), None, "no \\\"x\\\"", Dialect::Json),
        ),
    ] {
        check(line, expected);
    }
}

#[test]
fn prefixes_of_collectors() {
    let tint = ("2026-10-06T08:51:17.206Z", Some(Level::Info), None, "agent reconciled", Dialect::Tint);
    check(
        "[pod/fabric-ctrl-1/manager] Oct  6 08:51:17.206 INF agent reconciled",
        (tint.0, tint.1, Some("fabric-ctrl-1/manager"), tint.3, tint.4),
    );
    check("fabric-ctrl-1 manager Oct  6 08:51:17.206 INF agent reconciled", tint);
    for prefix in ["2026-10-06T08:51:17.300000001Z ", "2026-10-06T08:51:17.300000001Z stdout F "] {
        check(
            &format!("{prefix}Oct  6 08:51:17.206 INF agent reconciled"),
            ("2026-10-06T08:51:17.300000001Z", tint.1, None, tint.3, tint.4),
        );
    }
    check(
        "{\"log\":\"Oct  6 08:51:17.206 INF agent reconciled\\n\",\"stream\":\"stderr\",\"time\":\"2026-10-06T08:51:17.3Z\"}",
        ("2026-10-06T08:51:17.3Z", tint.1, None, tint.3, tint.4),
    );
    check(
        "Oct 06 08:51:17 control-1 k3s[812]: I1006 08:51:17.206000     812 a.go:1] done",
        ("2026-10-06T08:51:17Z", Some(Level::Info), Some("a.go:1"), "done", Dialect::Klog),
    );
    check(
        "2026-10-06T08:51:17+0000 control-1 k3s-agent[812]: plain text",
        ("2026-10-06T08:51:17Z", None, Some("k3s-agent"), "plain text", Dialect::Journal),
    );
    check(
        "2026 Oct  6 08:51:17.123456 leaf-01 ERR swss#orchagent: :- failed",
        ("2026-10-06T08:51:17.123456Z", Some(Level::Error), Some("swss#orchagent"), ":- failed", Dialect::Journal),
    );
    check(
        "2026-10-06T08:51:17.123456+00:00 leaf-01 NOTICE bgp#bgpd: up",
        ("2026-10-06T08:51:17.123456Z", Some(Level::Info), Some("bgp#bgpd"), "up", Dialect::Journal),
    );
    check(
        "<13>1 2026-10-06T08:51:17Z leaf-01 bgpd 31 - - up",
        ("2026-10-06T08:51:17Z", None, Some("bgpd"), "up", Dialect::Journal),
    );
    check(
        "2026-10-06T08:51:17.235Z [pebble] Started daemon.",
        ("2026-10-06T08:51:17.235Z", None, None, "[pebble] Started daemon.", Dialect::Timestamped),
    );
}

#[test]
fn lines_that_belong_to_the_message_above() {
    for line in [
        "",
        "     14 2026/03/11 14:20:02       2026/03/11 14:20:03       none ",
        "stderr: line 3: unknown command",
        "Location: src/main.rs:12",
        "    at main.go:12",
        "NAME   READY   STATUS",
        "\u{1b}[2m",
    ] {
        let info = parse_line(line, None);
        assert!(!info.starts_message(), "{line:?}: {info:?}");
    }
}

#[test]
fn content_tells_a_log() {
    let log = "Oct  6 08:51:17.206 INF a\nOct  6 08:51:18.206 INF b\n  more\nOct  6 08:51:19.206 ERR c\n";
    assert_eq!(looks_like_log(log), Some(Dialect::Tint));
    assert_eq!(looks_like_log("2026/09/27 08:15:42 BGP: [A] x\n2026/09/27 08:15:42 BGP: [A] x\n"), Some(Dialect::Frr));
    for other in [
        "NAME   READY\na   1/1\nb   1/1\n",
        "apiVersion: v1\nkind: List\nitems: []\n",
        "Oct  6 08:51:17.206 INF a\n",
        "time: 2026-03-11 15:02:40\n ━━━ VPCs (1) ━━━\n x\n y\n",
        "",
    ] {
        assert_eq!(looks_like_log(other), None, "{other}");
    }
}
