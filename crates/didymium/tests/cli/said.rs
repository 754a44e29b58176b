//! What the program says of itself, and its exit codes.

use crate::common::{Desk, edit, run};

#[test]
fn help_reads_as_it_is_checked_in() {
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .env("NO_COLOR", "1");
}

#[test]
fn every_subcommand_teaches_by_example() {
    for command in [
        "demo",
        "init",
        "serve",
        "import",
        "twin",
        "statement",
        "receipt",
        "log",
        "audit",
        "charter",
        "sites",
        "completions",
    ] {
        let help = run(&[command, "--help"]).ends(0).out;
        assert!(
            help.contains("Examples:") && help.contains(&format!("didymium {command}")),
            "{help}"
        );
    }
}

#[test]
fn exit_codes_of_help_and_documentation_are_the_same() {
    let help = run(&["--help"]).ends(0).out;
    let page = include_str!("../../../../docs/exit-codes.md");
    for code in 0..=8 {
        assert!(
            help.lines().any(|line| line.starts_with(&format!("  {code}  "))),
            "{code} is not in --help"
        );
        assert!(
            page.contains(&format!("| {code} |")),
            "{code} is not in docs/exit-codes.md"
        );
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]).ends(0).out;
        assert!(
            script.contains("didymium") && script.contains("import"),
            "{shell}"
        );
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    run(&["twin", "digest"]).ends(2);
    run(&["frobnicate"]).ends(2);
    run(&["--log", "===", "completions", "bash"]).ends(2);
    run(&["twin", "digest", "--dir", "no/such/folder"]).ends(2);
    run(&["twin", "digest", "--url", "ftp://x"]).ends(2);
    let desk = Desk::new();
    run(&["init", "--dir", &desk.node(), "--member", "CAN"]).ends(2);
    let unknown = run(&[
        "init",
        "--dir",
        &desk.path("x").display().to_string(),
        "--member",
        "XXX",
    ])
    .ends(2);
    assert!(unknown.err.contains("XXX"), "{}", unknown.err);
    run(&[
        "import",
        "--dir",
        &desk.node(),
        "--kind",
        "statistic",
        "no-such-file.csv",
    ])
    .ends(2);
}

#[test]
fn an_address_beyond_this_machine_is_a_wrong_configuration() {
    let desk = Desk::new();
    let (there, beyond) = (desk.node(), "0.0.0.0:7000");
    let new = desk.path("new").display().to_string();
    let init = run(&["init", "--dir", &new, "--member", "CAN", "--listen", beyond]);
    edit(&desk.path("node/node.toml"), |text| {
        text.replace("127.0.0.1:0", beyond)
    });
    for told in [init, run(&["serve", "--dir", &there])] {
        let told = told.ends(2).err;
        assert!(told.contains(beyond) && told.contains("--listen-nodes"), "{told}");
    }
    assert!(!desk.path("new").exists());
}

#[test]
fn a_node_that_does_not_answer_ends_with_8() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let answer = run(&["twin", "digest", "--url", &format!("http://{free}")]).ends(8);
    assert!(answer.err.contains("no node answers"), "{}", answer.err);
}
