"""Reading code without running it: which names of the packages it uses, and how it calls them.

Names are followed from where they are bound: imports, constructors, annotations, `with`, `for`. A name that
is bound to anything else is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from threadlab.course.audit.known import (
    PACKAGES,
    Itself,
    Known,
    Method,
    Missing,
    Several,
    attribute,
    each_of,
    gives_itself,
    is_of,
    is_of_package,
    named,
    of_annotation,
    result_of,
)
from threadlab.course.audit.signatures import Arguments, refusal

Report = Callable[[ast.AST, str], None]
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reader(ast.NodeVisitor):
    """Reads statements in order. `names` is what is known; `report` is told each fault with its node.

    With `elided`, as in prose, a call may leave arguments out; names and calls of `packages` matter.
    `looked_up` and `calls` count what was judged.
    """

    def __init__(
        self,
        names: Mapping[str, Known | None],
        report: Report,
        *,
        elided: bool = False,
        packages: tuple[str, ...] = PACKAGES,
    ) -> None:
        self.names = dict(names)
        self.report = report
        self.elided = elided
        self.packages = packages
        self.looked_up = self.calls = 0
        self._later: list[tuple[Function, dict[str, Known | None]]] = []
        self._inside = False

    def read(self, tree: ast.AST) -> None:
        """Read a module: first what runs at once, then the bodies of its functions."""
        self.visit(tree)
        outer, self._inside = self.names, True
        while self._later:
            function, own = self._later.pop(0)
            self.names = {**outer, **own}
            for statement in function.body:
                self.visit(statement)
        self.names, self._inside = outer, False

    def value(self, node: ast.AST | None) -> Known | None:
        """What an expression gives, as far as is known; everything in it is judged on the way."""
        match node:
            case ast.Name(id=name):
                return self.names.get(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self.names.get(f"self.{name}")
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(node, self.value(owner), name)
            case ast.Call():
                return self._call(node)
            case ast.Await(value=inner):
                return self.value(inner)
            case ast.Subscript(value=owner, slice=ast.Constant(value=int())):
                return each_of(self.value(owner))
            case ast.NamedExpr(target=target, value=given):
                known = self.value(given)
                self._bind_target(target, known)
                return known
        if node is not None:
            super().visit(node)
        return None

    def _attribute(self, node: ast.AST, owner: Known | None, name: str) -> Known | None:
        if owner is None or isinstance(owner, Several | Method) or name.startswith("_"):
            return None
        judges = is_of(owner, self.packages)
        self.looked_up += judges
        try:
            return attribute(owner, name)
        except Missing as missing:
            if judges:
                self.report(node, str(missing))
            return None

    def _call(self, node: ast.Call) -> Known | None:
        function = self.value(node.func)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.value(argument)
        if function is None:
            return None
        positional = [one for one in node.args if not _is_ellipsis(one)]
        given = Arguments(
            sum(not isinstance(one, ast.Starred) for one in positional),
            tuple(keyword.arg for keyword in node.keywords if keyword.arg),
            self.elided
            or len(positional) < len(node.args)
            or any(isinstance(one, ast.Starred) for one in node.args)
            or any(keyword.arg is None for keyword in node.keywords),
        )
        judges = is_of(function, self.packages)
        self.calls += judges
        if judges and (reason := refusal(function, given)):
            self.report(node, f"{ast.unparse(node.func)}(...) cannot be called so: {reason}")
        if isinstance(function, Method):
            return result_of(function.function)
        return (
            result_of(function.value) if isinstance(function, Itself) and callable(function.value) else None
        )

    def visit(self, node: ast.AST) -> None:
        """Visit statements by their kind, and expressions by their value."""
        if isinstance(node, ast.expr):
            self.value(node)
        else:
            super().visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        """`import a.b`, `import a.b as c`."""
        for alias in node.names:
            if is_of_package(alias.name) or alias.name in ("azure", "azure.ai"):
                whole = self._named(node, alias.name)
                bound = alias.asname or alias.name.partition(".")[0]
                self.names[bound] = whole if alias.asname else self._named(node, bound)
            else:
                self._bind(alias.asname or alias.name.partition(".")[0], None)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """`from a.b import c as d`."""
        for alias in node.names:
            known = None
            if is_of_package(node.module) or node.module in ("azure", "azure.ai"):
                known = self._named(node, node.module or "", alias.name)
            self._bind(alias.asname or alias.name, known)

    def _named(self, node: ast.AST, dotted: str, name: str | None = None) -> Known | None:
        self.looked_up += 1
        try:
            return named(dotted) if name is None else attribute(named(dotted), name)
        except Missing as missing:
            if is_of_package(dotted, self.packages) or dotted.startswith("azure"):
                self.report(node, str(missing))
            return None

    def visit_Assign(self, node: ast.Assign) -> None:
        """`x = ...`; several targets, or parts of one, are not followed."""
        known = self.value(node.value)
        single = len(node.targets) == 1
        for target in node.targets:
            self._bind_target(target, known if single else None)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """`x: T = ...`."""
        self.value(node.value)
        self._bind_target(node.target, self._annotated(node.annotation))

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """`for x in several:`."""
        self._bind_target(node.target, each_of(self.value(node.iter)))
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    visit_AsyncFor = visit_For

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        """`with x as y:`: clients give themselves. Where an error is expected, calls are wrong on purpose."""
        raising = False
        for item in node.items:
            known = self.value(item.context_expr)
            call = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
            raising |= call is not None and ast.unparse(call).endswith("raises")
            if item.optional_vars is not None:
                itself = known if gives_itself(known) else None
                self._bind_target(item.optional_vars, itself)
        report = self.report
        if raising:
            self.report = lambda node, wrong: None
        for statement in node.body:
            self.visit(statement)
        self.report = report

    visit_AsyncWith = visit_With

    def visit_FunctionDef(self, node: Function) -> None:
        """Its name hides others; its body is read later, when everything outside is known."""
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            self.value(part)
        self._bind(node.name, None)
        self._later.append((node, {**(self.names if self._inside else {}), **self._parameters(node.args)}))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """What `__init__` gives to `self` is known in all its methods."""
        before, queued = dict(self.names), len(self._later)
        for part in (*node.bases, *node.decorator_list, *node.body):
            self.visit(part)
        attributes: dict[str, Known | None] = {}
        for function, own in self._later[queued:]:
            if function.name == "__init__":
                first = Reader({**self.names, **own}, lambda node, wrong: None)
                first.visit(ast.Module(function.body, []))
                attributes = {name: known for name, known in first.names.items() if name.startswith("self.")}
        self._later[queued:] = [(one, {**own, **attributes}) for one, own in self._later[queued:]]
        self.names = before
        self._bind(node.name, None)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        """Its names are its own."""
        before = dict(self.names)
        for part in node.generators:
            self._bind_target(part.target, each_of(self.value(part.iter)))
            for condition in part.ifs:
                self.value(condition)
        for made in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.value(made)
        self.names = before

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Its parameters hide what is outside."""
        before = dict(self.names)
        self.names |= self._parameters(node.args)
        self.value(node.body)
        self.names = before

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """`except E as x:`."""
        self.value(node.type)
        if node.name:
            self._bind(node.name, None)
        for statement in node.body:
            self.visit(statement)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """`case ... as x:`, `case x:`."""
        if node.name:
            self._bind(node.name, None)
        self.generic_visit(node)

    def _parameters(self, arguments: ast.arguments) -> dict[str, Known | None]:
        plain = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        rest = (one for one in (arguments.vararg, arguments.kwarg) if one is not None)
        return {one.arg: self._annotated(one.annotation) for one in plain} | {one.arg: None for one in rest}

    def _annotated(self, annotation: ast.expr | None) -> Known | None:
        match annotation:
            case ast.Constant(value=str() as text):
                try:
                    return self._annotated(ast.parse(text, mode="eval").body)
                except SyntaxError:
                    return None
            case ast.Name() | ast.Attribute():
                known = self.value(annotation)
                if isinstance(known, Itself) and isinstance(known.value, type):
                    return of_annotation(known.value, {})
        return None

    def _bind_target(self, target: ast.expr, known: Known | None) -> None:
        match target:
            case ast.Name(id=name):
                self._bind(name, known)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self._bind(f"self.{name}", known)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._bind_target(part, None)

    def _bind(self, name: str, known: Known | None) -> None:
        self.names[name] = known


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
