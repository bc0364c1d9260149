//! The real kube-apiserver: the one of the environment (`. DIR/env`), or one started from the testbed.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

pub(crate) struct Testbed {
    kubeconfig: PathBuf,
    /// The program and the folder to stop it with, where this test started it.
    started: Option<(PathBuf, PathBuf)>,
}

impl Testbed {
    /// The server, running; `None`, with a loud word, where there is none on this machine.
    pub(crate) fn start() -> Option<Self> {
        if let (Some(_), Some(kubeconfig)) = (env::var_os("KUBEBUILDER_ASSETS"), env::var_os("KUBECONFIG")) {
            return Some(Self { kubeconfig: kubeconfig.into(), started: None });
        }
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/testbed");
        let folder = env::var_os("TESTBED").map_or(beside, PathBuf::from);
        let program = folder.join("testbed");
        if !program.exists() {
            eprintln!(
                "SKIPPED: no real kube-apiserver to compare with; set TESTBED to the folder of the testbed"
            );
            return None;
        }
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("truth-{}", std::process::id()));
        let up =
            Command::new(&program).arg("up").arg(&state).arg("api").status().expect("the testbed can be run");
        assert!(up.success(), "the testbed did not start");
        Some(Self { kubeconfig: state.join("kubeconfig"), started: Some((program, state)) })
    }

    pub(crate) async fn client(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).expect("the testbed's kubeconfig");
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        let mut config = config.expect("the kubeconfig has a context");
        config.default_retry = false;
        Client::try_from(config).expect("a client of the testbed")
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        if let Some((program, state)) = &self.started {
            // What stays behind is a process of a test; there is nobody to tell.
            let _ = Command::new(program).arg("down").arg(state).status();
            let _ = std::fs::remove_dir_all(state);
        }
    }
}
