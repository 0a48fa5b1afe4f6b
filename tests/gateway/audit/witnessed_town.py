"""A log with two partners' witnesses on real sockets, and a policy that asks for both."""

from contextlib import ExitStack
from dataclasses import replace

from gateway import clock
from gateway.jobs.cosigning import Cosigner
from gateway.policy_file import cosigning_policy
from gateway.usecases.log.receipts import receipt
from gateway.witness.serving import running_witness
from tests.gateway.audit.log_book import CONTEXT, WORKER, an_entry, drain, write
from tests.gateway.witness.partner import a_witness


class Town:
    """The log of `wiring`, two partners' witnesses on real sockets, and the policy that asks for both."""

    def __init__(self, wiring, tmp_path, stack, quorum="both"):
        self._stack, self._tmp_path, self._running = stack, tmp_path, {}
        self.ports = {"police": 0, "health": 0}
        self.keys = {}
        for name in self.ports:
            witness = a_witness(tmp_path / name, f"{name}.example/witness", [wiring.log_signer])
            self.keys[name] = witness.key.verifier()
            self.start(name)
        lines = [f"log {wiring.log_signer.verifier().encode()}"]
        lines += [f"witness {name} {key.encode()} {self.address(name)}" for name, key in self.keys.items()]
        self.policy_file = tmp_path / "policy"
        self.policy_file.write_text("\n".join([*lines, "group both all police health", f"quorum {quorum}", ""]))
        self.settings = wiring.settings.model_copy(update={"witness_policy": self.policy_file})
        self.wiring = replace(wiring, settings=self.settings)
        self.policy = cosigning_policy(self.settings, wiring.log_signer.verifier())
        self.cosigner = Cosigner(self.wiring, self.policy)
        stack.callback(self.cosigner.close)

    def address(self, name):
        return f"http://127.0.0.1:{self.ports[name]}/"

    def folder(self, name):
        return self._tmp_path / name

    def start(self, name):
        inner = self._stack.enter_context(ExitStack())
        server = inner.enter_context(running_witness(self.folder(name), "127.0.0.1", self.ports[name], clock.utc_now))
        self.ports[name], self._running[name] = server.server_address[1], inner

    def stop(self, name):
        self._running.pop(name).close()

    def grow(self, count=1):
        ids = write(self.wiring.database, *(an_entry() for _ in range(count)))
        drain(self.wiring.database, self.wiring.log_signer)
        return ids

    def round(self):
        """One round, in which witnesses that failed are asked again at once."""
        self.cosigner._pause = dict.fromkeys(self.cosigner._pause, 0)
        return {answer.witness.name: answer.problem for answer in self.cosigner.round()}

    def receipt(self, entry_id):
        return receipt(self.wiring, CONTEXT, WORKER, entry_id)
