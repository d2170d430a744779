using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

internal sealed class SelectBinder
{
    private readonly SelectStatement _select;
    private readonly TableSchema _table;
    private readonly MarkerList _markers;
    private readonly TermBinder _terms;

    private SelectBinder(SelectStatement select, Scope scope)
    {
        _select = select;
        _table = scope.Table(select.Table);
        _markers = new MarkerList(_table.Keyspace, _table.Name, 0, select.MarkerCount);
        _terms = new TermBinder(_markers, scope.Ids);
    }

    public static SelectPlan Bind(SelectStatement select, Scope scope) => new SelectBinder(select, scope).Bind();

    private TableSelectPlan Bind()
    {
        var selection = SelectionBinder.Bind(_table, _terms, _select.Selectors);
        var where = new WhereBinder(_table, _terms, _select.Where);
        RefuseFiltering(where);
        if (_select.Distinct)
        {
            CheckDistinct(where);
        }

        var partitions = where.HasAllPartitionParts ? where.Partitions : null;
        var reversed = Reversed(where, partitions);
        var limit = _select.Limit is null ? null : _terms.Bind(_select.Limit, NativeType.Int, "[limit]");
        if (limit is ConstantTerm { Value: var value } && (value is null || System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(value) <= 0))
        {
            throw new CqlInvalidException("LIMIT must be strictly positive");
        }

        return new TableSelectPlan
        {
            Table = _table,
            Columns = selection.Columns,
            Projection = selection.Projection,
            Partitions = partitions,
            Tokens = where.Tokens,
            Rows = where.Rows,
            Reversed = reversed,
            Distinct = _select.Distinct,
            LimitTerm = limit,
            Markers = _markers.ToImmutable(),
            PartitionKeyMarkers = partitions?.Markers ?? [],
        };
    }

    /// <summary>Everything that would need rows to be looked at and left out. There is no filtering, so ALLOW FILTERING does not help.</summary>
    private void RefuseFiltering(WhereBinder where)
    {
        if (where.HasTokens && where.HasAnyPartitionPart)
        {
            throw new CqlInvalidException(
                $"Columns \"{string.Join(", ", where.RestrictedPartitionParts)}\" cannot be restricted by both a normal relation and a token relation");
        }

        var filtered = where.OtherColumns.Count > 0 ? where.OtherColumns[0]
            : where.HasAnyPartitionPart && !where.HasAllPartitionParts ? where.RestrictedPartitionParts.First()
            : !where.HasAllPartitionParts && where.HasClustering ? where.FirstClustering
            : null;
        if (filtered is not null)
        {
            throw new CqlInvalidException(
                "Cannot execute this query as it might involve data filtering and thus may have unpredictable performance: "
                + $"the restriction on \"{filtered}\" needs {(_select.AllowFiltering ? "ALLOW FILTERING, which is not supported" : "filtering, which is not supported")}");
        }
    }

    private void CheckDistinct(WhereBinder where)
    {
        if (where.HasClustering)
        {
            throw new CqlInvalidException(
                $"SELECT DISTINCT with WHERE clause only supports restriction by partition key and/or static columns ({where.FirstClustering})");
        }

        if (_select.Selectors.IsEmpty)
        {
            throw new CqlInvalidException("SELECT DISTINCT * is not supported: name partition key and static columns");
        }

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var selector in _select.Selectors)
        {
            var column = selector is ColumnSelector { Column: var name } ? _table.Column(name) : null;
            if (column?.Kind is not (ColumnKind.PartitionKey or ColumnKind.Static))
            {
                throw new CqlInvalidException("SELECT DISTINCT queries must only request partition key columns and/or static columns"
                    + (column is null ? "" : $" (not {column.Name})"));
            }

            named.Add(column.Name);
        }

        if (_table.PartitionKey.FirstOrDefault(c => !named.Contains(c.Name)) is { } missing)
        {
            throw new CqlInvalidException($"SELECT DISTINCT queries must request all the partition key columns (missing {missing.Name})");
        }
    }

    /// <summary>ORDER BY is the order of the rows or exactly its reverse; columns with one value may be left out.</summary>
    private bool Reversed(WhereBinder where, PartitionKeys? partitions)
    {
        if (_select.OrderBy.IsEmpty)
        {
            return false;
        }

        if (partitions is null)
        {
            throw new CqlInvalidException("ORDER BY is only supported when the partition key is restricted by an EQ or an IN.");
        }

        if (!partitions.IsSingle)
        {
            throw new CqlInvalidException("ORDER BY together with an IN restriction on the partition key is not supported");
        }

        var position = 0;
        bool? reversed = null;
        foreach (var (name, descending) in _select.OrderBy)
        {
            var column = _table.Column(name) ?? throw new CqlInvalidException($"Undefined column name {name} in table {_table.Keyspace}.{_table.Name}");
            if (column.Kind != ColumnKind.Clustering)
            {
                throw new CqlInvalidException($"Order by is currently only supported on the clustered columns of the PRIMARY KEY, got {name}");
            }

            while (position < column.Position && where.IsFixed(position))
            {
                position++;
            }

            if (position++ != column.Position)
            {
                throw new CqlInvalidException($"Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY ({name})");
            }

            var against = descending != column.Descending;
            if (reversed is not null && reversed != against)
            {
                throw new CqlInvalidException($"Unsupported order by relation: {name} is neither in the clustering order nor against it like the columns before");
            }

            reversed = against;
        }

        return reversed ?? false;
    }
}
