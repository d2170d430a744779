using Coterie.Cql.Plans;
using Coterie.Server.Prepared;

namespace Coterie.Server.Execution;

/// <summary>One statement about to be executed: what it was compiled to, its identity for paging, and whether its client can do without metadata.</summary>
internal readonly record struct StatementContext(CompiledStatement Compiled, PreparedStatement? Prepared, string Text, string? Keyspace, BoundValues Values)
{
    public PreparedId Id => Prepared?.Id ?? PreparedId.Of(Keyspace, Text);

    public bool SkipsMetadata(bool asked) => asked && Prepared is { AlwaysSendsMetadata: false };
}
