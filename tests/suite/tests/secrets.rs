//! Secret values never leave a bundle, wherever they stand.

use hh_analyzer::{Options, render};
use hh_suite::Files;
use hh_suite::load::{input_of_bytes, input_of_files, run};
use hh_suite::worlds::*;
use hh_worlds::{World, json};

const MARK: &str = "hunter2hunter2";

/// Puts secret values wherever a bundle can hold one.
fn salted(world: World) -> World {
    let mut world = world;
    let last_applied = format!("{{\"spec\":{{\"password\":\"{MARK}\"}}}}");
    for object in &mut world.objects {
        object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
            last_applied.clone().into();
        match object["kind"].as_str().unwrap_or("") {
            "Pod" => {
                let env = json!([
                    {"name": "DB_PASSWORD", "value": MARK},
                    {"name": "API_TOKEN", "value": MARK},
                ]);
                for container in object["spec"]["containers"].as_array_mut().into_iter().flatten() {
                    container["env"] = env.clone();
                }
            }
            "Fabricator" => {
                object["spec"]["config"]["control"]["defaultUser"] =
                    json!({"password": MARK, "authorizedKeys": [format!("ssh-ed25519 {MARK}")]});
                object["spec"]["config"]["control"]["joinToken"] = MARK.into();
                object["spec"]["config"]["registry"] = json!({"upstream": {"username": "u", "password": MARK}});
            }
            "Agent" => {
                object["spec"]["users"] =
                    json!([{"name": "admin", "password": MARK, "sshKeys": [format!("ssh-rsa {MARK}")]}]);
                object["spec"]["version"] = json!({"password": MARK, "username": "u"});
                object["spec"]["config"]["alloy"] =
                    json!({"targets": {"prometheus": {"m": {"basicAuth": {"password": MARK}, "bearerToken": MARK}}}});
            }
            _ => {}
        }
    }
    world.objects.push(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "registry", "namespace": "fab"},
        "data": {"password": MARK, "tls.key": MARK}, "stringData": {"token": MARK},
    }));
    world.objects.push(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app", "namespace": "fab"},
        "data": {"config.yaml": format!("user: x\npassword: {MARK}\ntoken: {MARK}\n")},
    }));
    // Lines beside those that findings quote.
    let line = |at: &str| {
        format!("{at} INFO login user=core password={MARK} token: {MARK}\n{at} DEBUG Authorization: Bearer {MARK}\n")
    };
    for ((_, pod, _), streams) in &mut world.logs {
        if !pod.starts_with("gw--") && !pod.starts_with("fabric-ctrl") {
            continue;
        }
        for text in streams.values_mut() {
            *text = text.lines().map(|row| format!("{}{row}\n", line("2026-10-06T09:00:00.000000Z"))).collect();
        }
    }
    world
}

fn shown(input: hh_analyzer::ingest::Input) -> String {
    let analysis = run(input, &Options::default());
    let mut all = render::json(&analysis.report);
    for verbose in [false, true] {
        for width in [60, 100, 240] {
            let options = render::terminal::Options { width, color: false, verbose, timeline: true };
            all.push_str(&render::terminal::render(&analysis.report, &analysis.sources, options));
        }
    }
    all
}

fn assert_clean(name: &str, text: &str) {
    let leaks: Vec<&str> = text.lines().filter(|line| line.contains(MARK)).take(5).collect();
    assert!(leaks.is_empty(), "{name}: {leaks:#?}");
}

fn worlds() -> Vec<(&'static str, World)> {
    vec![
        ("healthy", base()),
        ("generation refused", configuration::generation_refused()),
        ("reload failed", configuration::frr_reload_failed()),
        ("crash loop", liveness::dataplane_crash_loop()),
        ("node down", liveness::node_down()),
        ("controller crashes", liveness::controller_crashes()),
        ("heartbeat", liveness::heartbeat_refused()),
        ("prefix forgotten", peering::prefix_forgotten()),
        ("asn", wiring::asn_mismatch()),
        ("filtered", traffic::filtered()),
    ]
}

#[test]
fn secrets_beside_the_evidence_are_not_shown() {
    for (name, world) in worlds() {
        let world = salted(world);
        assert_clean(name, &shown(input_of_bytes("world.hhs", world.hhs().into_bytes())));
        assert_clean(name, &shown(input_of_files("bundle", world.files())));
    }
}

#[test]
fn secrets_in_the_very_line_are_masked() {
    let replaced = |world: World, from: &str, to: &str| {
        let mut world = world;
        for text in world.logs.values_mut().flat_map(|streams| streams.values_mut()) {
            *text = text.replace(from, &format!("{to} password={MARK}"));
        }
        world
    };
    let worlds = [
        replaced(configuration::generation_refused(), "10.20.1.0/24 and 10.20.1.0/25", "10.20.1.0/24 and 10.20.1.0/25"),
        replaced(configuration::frr_reload_failed(), "% Unknown command[4]:", "% Unknown command[4]:"),
        replaced(liveness::heartbeat_refused(), "(403 Forbidden)", "(403 Forbidden)"),
        replaced(
            liveness::dataplane_crash_loop(),
            "Connection refused (os error 111)",
            "Connection refused (os error 111)",
        ),
        replaced(liveness::dataplane_restarts(), "on a `None` value", "on a `None` value"),
    ];
    for world in worlds {
        assert_clean("dump", &shown(input_of_bytes("world.hhs", world.hhs().into_bytes())));
        assert_clean("files", &shown(input_of_files("bundle", world.files())));
    }
}

#[test]
fn a_file_of_secrets_is_taken_for_what_it_is() {
    let files = Files::from([
        (
            "secrets.yaml".to_owned(),
            format!(
                "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {{name: a}}\n  data: {{password: {MARK}}}\n"
            )
            .into_bytes(),
        ),
        ("env.txt".to_owned(), format!("API_TOKEN={MARK}\nPASSWORD={MARK}\n").into_bytes()),
        (
            "broken.yaml".to_owned(),
            format!("kind: Secret\ndata:\n  password: {MARK}\n\tx: [\n  token: \"{MARK}\n").into_bytes(),
        ),
        (
            "broken.json".to_owned(),
            format!("{{\"kind\": \"Secret\", \"data\": {{\"password\": \"{MARK}\", }}").into_bytes(),
        ),
    ]);
    assert_clean("files", &shown(input_of_files("bundle", files)));
}
