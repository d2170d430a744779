using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>What stands between SELECT and FROM.</summary>
internal sealed class SelectionBinder
{
    private readonly TableSchema _table;
    private readonly List<Projected> _projected = [];
    private readonly List<ResultColumn> _columns = [];
    private readonly List<ColumnSchema> _slots = [];
    private readonly List<BoundTerm> _functions = [];
    private readonly TermBinder _terms;

    private SelectionBinder(TableSchema table, TermBinder terms)
    {
        _table = table;
        _terms = terms;
    }

    public static (Projection Projection, ImmutableArray<ResultColumn> Columns) Bind(TableSchema table, TermBinder terms, ImmutableArray<Selector> selectors)
    {
        var binder = new SelectionBinder(table, terms);
        if (selectors.IsEmpty)
        {
            foreach (var column in table.Columns)
            {
                binder.AddColumn(column, null);
            }
        }

        foreach (var selector in selectors)
        {
            binder.Add(selector);
        }

        var aggregates = binder._projected.Count(IsAggregate);
        if (aggregates > 0 && aggregates < binder._projected.Count)
        {
            throw new CqlInvalidException("count() together with columns in one selection is not supported");
        }

        return (new Projection(table, [.. binder._projected], [.. binder._slots], [.. binder._functions]), [.. binder._columns]);
    }

    private static bool IsAggregate(Projected projected) => projected.Kind is ProjectedKind.CountOfRows or ProjectedKind.CountOfColumn;

    private void Add(Selector selector)
    {
        switch (selector)
        {
            case ColumnSelector column:
                AddColumn(Column(column.Column), selector.Alias);
                break;
            case CountSelector:
                Add(new Projected(ProjectedKind.CountOfRows, 0), selector.Alias ?? "count", NativeType.BigInt);
                break;
            case FunctionSelector function:
                AddFunction(function);
                break;
        }
    }

    private void AddFunction(FunctionSelector function)
    {
        var shown = $"{function.Name}({string.Join(", ", function.Columns)})";
        switch (function.Name)
        {
            case "writetime" or "ttl" when function.Columns.Length == 1:
                var column = Column(function.Columns[0]);
                RequireOneCell(column, function.Name);
                var isTime = function.Name == "writetime";
                Add(
                    new Projected(isTime ? ProjectedKind.WriteTime : ProjectedKind.TimeToLive, Slot(column)),
                    function.Alias ?? shown,
                    isTime ? NativeType.BigInt : NativeType.Int);
                break;
            case "token":
                if (!function.Columns.SequenceEqual(_table.PartitionKey.Select(c => c.Name)))
                {
                    throw new CqlInvalidException(
                        "The token function arguments must be in the partition key order: " + string.Join(", ", _table.PartitionKey.Select(c => c.Name)));
                }

                Add(new Projected(ProjectedKind.Token, 0), function.Alias ?? $"system.{shown}", NativeType.BigInt);
                break;
            case "count" when function.Columns.Length == 1:
                var counted = Column(function.Columns[0]);
                var always = counted.Kind == ColumnKind.PartitionKey;
                if (counted.Kind == ColumnKind.Clustering)
                {
                    throw new CqlInvalidException($"{shown} of a clustering column is not supported: use count(*)");
                }

                Add(
                    always ? new Projected(ProjectedKind.CountOfRows, 0) : new Projected(ProjectedKind.CountOfColumn, Slot(counted)),
                    function.Alias ?? $"system.{shown}",
                    NativeType.BigInt);
                break;
            case var name when function.Columns.IsEmpty && TypeOf(name) is { } type:
                _functions.Add(_terms.Bind(new FunctionTerm(name, []), type, name));
                Add(new Projected(ProjectedKind.Function, _functions.Count - 1), function.Alias ?? $"system.{shown}", type);
                break;
            default:
                throw new CqlInvalidException($"The function {shown} is not supported in the selection");
        }
    }

    /// <summary>Functions of nothing, which monitors select to see whether a node answers.</summary>
    private static NativeType? TypeOf(string function) => function switch
    {
        "now" => NativeType.TimeUuid,
        "uuid" => NativeType.Uuid,
        "currenttimestamp" or "current_timestamp" => NativeType.Timestamp,
        _ => null,
    };

    private void AddColumn(ColumnSchema column, string? alias) => Add(Projected.Of(column, Slot), alias ?? column.Name, column.Type);

    private void Add(Projected projected, string name, CqlType type)
    {
        _projected.Add(projected);
        _columns.Add(new ResultColumn(_table.Keyspace, _table.Name, name, type));
    }

    private int Slot(ColumnSchema column)
    {
        var found = _slots.IndexOf(column);
        if (found >= 0)
        {
            return found;
        }

        _slots.Add(column);
        return _slots.Count - 1;
    }

    private static void RequireOneCell(ColumnSchema column, string function)
    {
        if (column.Kind is ColumnKind.PartitionKey or ColumnKind.Clustering)
        {
            throw new CqlInvalidException($"Cannot use selection function {function} on PRIMARY KEY part {column.Name}");
        }

        if (column.Type.IsMultiCell)
        {
            throw new CqlInvalidException($"Cannot use selection function {function} on non-frozen collection {column.Name}");
        }
    }

    private ColumnSchema Column(string name) => _table.Column(name)
        ?? throw new CqlInvalidException($"Undefined column name {name} in table {_table.Keyspace}.{_table.Name}");
}
