"""What all algorithms share: a call of the command, what it says, and how it ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import QgsProcessingAlgorithm, QgsProcessingException
from qgis.PyQt.QtGui import QIcon

from .command import CancelledError, Finished, clean_environment, find_program, run
from .sources import source_of
from .words import language, word

FILES_AND_FOLDERS = (
    "(*)"  # what a parameter of a file takes: the usual filter refuses every name without a dot
)
_DONE, _WRONG_DATA = 0, 1  # exit codes of the command after which there is a result
_LAST = 12  # lines that are repeated where it fails


class GeozoneAlgorithm(QgsProcessingAlgorithm):
    """One command as an algorithm; ``KEY`` is the command, and the beginning of its words."""

    KEY = ""
    RESULT_OF_WRONG_DATA = True  # exit code 1 says that the data make the result wrong, and there is one

    def __init__(self) -> None:
        super().__init__()
        self.command: list[str] = []

    def name(self) -> str:
        """Return the end of the algorithm's id."""
        return self.KEY

    def displayName(self) -> str:
        """Return what the toolbox calls it."""
        return word(f"{self.KEY}_title")

    def shortDescription(self) -> str:
        """Return what it does, in one line."""
        return word(f"{self.KEY}_about")

    def shortHelpString(self) -> str:
        """Return what stands beside its window."""
        return f"{word(f'{self.KEY}_about')}\n\n{word(f'{self.KEY}_help')}"

    def icon(self) -> Any:
        """Return the picture of the provider."""
        provider = self.provider()
        return provider.icon() if provider is not None else QIcon()

    def createInstance(self) -> GeozoneAlgorithm:
        """Return another one of its kind."""
        return type(self)()

    def arguments(self, parameters: Any, context: Any, feedback: Any) -> list[str]:
        """Return the arguments of the command; called in the thread that the layers live in."""
        raise NotImplementedError

    def prepareAlgorithm(self, parameters: Any, context: Any, feedback: Any) -> bool:
        """Find the program and say what it is to do.

        Raises
        ------
        QgsProcessingException
            If the chosen environment has no such program.
        """
        program = find_program(str(ProcessingConfig.getSetting("GEOZONE_ENVIRONMENT") or ""))
        if program is None:
            raise QgsProcessingException(word("no_program"))
        arguments = self.arguments(parameters, context, feedback)
        self.command = [str(program), self.KEY, *arguments, "--lang", language()]
        return True

    def call(self, feedback: Any, *more: str) -> Finished | None:
        """Run the command; None where it was cancelled.

        Parameters
        ----------
        feedback
            That of the algorithm.
        *more
            Arguments beside those that were prepared.

        Raises
        ------
        QgsProcessingException
            If it cannot be started, or ends without a result.
        """
        command = [*self.command, *more]
        feedback.pushCommandInfo(" ".join(_quoted(part) for part in command))
        try:
            finished = run(
                command,
                clean_environment(Path(command[0]), os.environ),
                cancelled=feedback.isCanceled,
                progress=feedback.setProgress,
                tell=feedback.pushInfo,
            )
        except CancelledError:
            feedback.pushInfo(word("cancelled"))
            return None
        except OSError as error:
            raise QgsProcessingException(word("not_started", program=command[0], reason=error)) from error
        if finished.code == _WRONG_DATA and self.RESULT_OF_WRONG_DATA:
            feedback.reportError(word("wrong_data"), False)
        elif finished.code != _DONE:
            said = "\n".join(finished.told[-_LAST:]) or finished.output[-2000:]
            raise QgsProcessingException(word("failed", code=finished.code, said=said))
        return finished

    def source(self, parameters: Any, name: str, context: Any, feedback: Any) -> str:
        """Return the layer of a parameter as the command is told of it.

        Raises
        ------
        QgsProcessingException
            If the layer cannot be opened.
        """
        layer = self.parameterAsVectorLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return source_of(layer, context, feedback)


def _quoted(part: str) -> str:
    return f'"{part}"' if " " in part else part
