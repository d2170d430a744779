using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Schema;

/// <summary>
/// Reads <c>system_schema</c> of the first node that answers: names of all tables at once, and of a table all that there is when somebody looks at it. Nothing is kept, so
/// what is shown is what is there.
/// </summary>
internal sealed class ClusterSchema(ClusterQueries queries)
{
    public async Task<SchemaAnswer<SchemaIndex>> IndexAsync(CancellationToken cancellationToken)
    {
        var keyspaces = await RowsAsync($"SELECT {SchemaRead.KeyspaceColumns} FROM system_schema.keyspaces", SchemaLimits.TablesMax, cancellationToken);
        if (keyspaces.Problem is { } problem)
        {
            return new SchemaAnswer<SchemaIndex>(null, problem);
        }

        var tables = await RowsAsync("SELECT keyspace_name, table_name FROM system_schema.tables", SchemaLimits.TablesMax, cancellationToken);
        return tables.Problem is { } other
            ? new SchemaAnswer<SchemaIndex>(null, other)
            : new SchemaAnswer<SchemaIndex>(SchemaRead.Index(keyspaces.Rows, tables.Rows, keyspaces.IsCut || tables.IsCut), null);
    }

    /// <returns>Neither a table nor a problem: there is no such table.</returns>
    public async Task<SchemaAnswer<SchemaTable>> TableAsync(string keyspace, string table, CancellationToken cancellationToken)
    {
        var place = $"WHERE keyspace_name = {SchemaText.Quoted(keyspace)} AND table_name = {SchemaText.Quoted(table)}";
        var options = await RowsAsync($"SELECT {SchemaRead.TableColumns} FROM system_schema.tables {place}", 1, cancellationToken);
        var columns = await RowsAsync($"SELECT {SchemaRead.ColumnColumns} FROM system_schema.columns {place}", SchemaLimits.ColumnsMax, cancellationToken);
        var replication = await RowsAsync($"SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = {SchemaText.Quoted(keyspace)}", 1, cancellationToken);
        if ((options.Problem ?? columns.Problem ?? replication.Problem) is { } problem)
        {
            return new SchemaAnswer<SchemaTable>(null, problem);
        }

        return options.Rows is [var row, ..]
            ? new SchemaAnswer<SchemaTable>(SchemaRead.Table(keyspace, table, row, columns.Rows, replication.Rows is [[var text, ..], ..] && text.Contains("LocalStrategy", StringComparison.Ordinal)), null)
            : new SchemaAnswer<SchemaTable>(null, null);
    }

    private async Task<(IReadOnlyList<IReadOnlyList<string>> Rows, bool IsCut, string? Problem)> RowsAsync(string statement, int most, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        string? state = null;
        do
        {
            var outcome = await queries.AskAsync(new QueryRequest(statement, "ONE", QueryLimits.PageSizeMax, state), cancellationToken);
            if (outcome.Answer is not { } page)
            {
                return ([], false, outcome.Problem!.Message);
            }

            rows.AddRange(page.Rows);
            state = page.PagingState;
        }
        while (state is not null && rows.Count < most);
        return (rows, state is not null, null);
    }
}

/// <summary>What there is, or why nobody knows.</summary>
internal readonly record struct SchemaAnswer<T>(T? Found, string? Problem)
    where T : class;
