using Coterie.Server.Protocol;

namespace Coterie.Server.Prepared;

/// <summary>
/// A statement that clients have prepared. It outlives changes of the schema: the plan follows the metadata, and what clients were told
/// decides what they may still assume.
/// </summary>
/// <remarks>
/// Protocol v4 cannot tell a client that the columns of a result have changed since it prepared (CASSANDRA-10786), and nobody knows when
/// each client prepared. So: once the columns have changed, results hold their metadata for ever, asked for or not. And once the markers
/// have, executions are answered with Unprepared until somebody has prepared again: values of the old types would be read as the new.
/// </remarks>
internal sealed class PreparedStatement(PreparedId id, string? keyspace, string text, CompiledStatement compiled)
{
    private volatile CompiledStatement _compiled = compiled;
    private volatile ColumnSpecs _toldMarkers = compiled.Markers;
    private readonly ColumnSpecs? _firstColumns = compiled.Columns;
    private volatile bool _columnsChanged;

    public PreparedId Id { get; } = id;

    public string? Keyspace { get; } = keyspace;

    public string Text { get; } = text;

    /// <summary>Set when it is used, cleared when the cache looks for what to forget.</summary>
    public volatile bool WasUsed = true;

    /// <summary>Whether results must hold their metadata although the client asked to skip it.</summary>
    public bool AlwaysSendsMetadata => _columnsChanged;

    /// <summary>The plan of now; null if the markers are no longer what clients were told.</summary>
    public CompiledStatement? ForExecution(StatementCompiler compiler)
    {
        var current = Refresh(compiler);
        return ReferenceEquals(current.Markers, _toldMarkers) || current.Markers.SameAs(_toldMarkers) ? current : null;
    }

    /// <summary>The plan of now, for a client that prepares and will be told its markers.</summary>
    public CompiledStatement ForPreparation(StatementCompiler compiler)
    {
        var current = Refresh(compiler);
        _toldMarkers = current.Markers;
        return current;
    }

    private CompiledStatement Refresh(StatementCompiler compiler)
    {
        var known = _compiled;
        var current = compiler.Refresh(known, Text, Keyspace);
        if (ReferenceEquals(current, known))
        {
            return known;
        }

        if (current.Columns is { } columns && _firstColumns is { } first && !columns.SameAs(first))
        {
            _columnsChanged = true;
        }

        _compiled = current;
        return current;
    }
}
