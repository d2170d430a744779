using System.Globalization;
using Coterie.WebConsole.Schema;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Coterie.WebConsole.Pages;

/// <summary>
/// The schema. Names are read once the page lives, what is in a table when it is opened, and all of it again when somebody asks for it; nothing runs between. Only so many
/// keyspaces and tables are drawn at a time, whatever there are.
/// </summary>
public sealed partial class SchemaPage
{
    private const string FilterKey = "filter";

    private readonly CancellationTokenSource _leaving = new();
    private readonly Dictionary<string, bool> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tablesShown = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Keyspace, string Table), SchemaShown> _tables = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private SchemaIndex? _index;
    // What is in the field at first. After that the browser alone writes there, as it types faster than this is asked.
    private string _first = "";
    private string _filter = "";
    private string? _problem;
    private bool _reading;
    private int _shown = SchemaLimits.ShownStep;

    private SchemaView? View => _index is { } index ? SchemaView.Of(index, _filter, _shown, TablesShown) : null;

    private string Found => _index is null ? _problem is null ? "Reading…" : "" : View is { } view ? $"{(view.Found == 1 ? "1 table" : $"{N0(view.Found)} tables")}{(_filter.Trim().Length == 0 ? "" : " found")}" : "";

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    protected override void OnInitialized()
    {
        var query = QueryHelpers.ParseQuery(Navigation.ToAbsoluteUri(Navigation.Uri).Query);
        _first = _filter = Shorten(query.TryGetValue(FilterKey, out var filter) ? filter.ToString() : "");
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await ReadAsync();
            StateHasChanged();
        }
    }

    private static string Shorten(string text) => text.Length > SchemaLimits.FilterLengthMax ? text[..SchemaLimits.FilterLengthMax] : text;

    private static string N0(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private async Task ReadAsync()
    {
        if (_reading)
        {
            return;
        }

        _reading = true;
        try
        {
            var answer = await Schema.IndexAsync(_leaving.Token);
            _problem = answer.Problem;
            _index = answer.Found ?? _index;
            foreach (var (keyspace, table) in _tables.Keys.ToList())
            {
                await ReadAsync(keyspace, table);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page has been left.
        }
        finally
        {
            _reading = false;
        }
    }

    private async Task ReadAsync(string keyspace, string table)
    {
        var answer = await Schema.TableAsync(keyspace, table, _leaving.Token);

        // It may have been closed meanwhile.
        if (_tables.ContainsKey((keyspace, table)))
        {
            _tables[(keyspace, table)] = new SchemaShown(answer.Found, answer.Found is null ? answer.Problem ?? "It is not there any more." : null);
        }
    }

    private void FilterAsync(ChangeEventArgs change)
    {
        _filter = Shorten(change.Value?.ToString() ?? "");
        _shown = SchemaLimits.ShownStep;
        _open.Clear();
    }

    /// <summary>What somebody has opened or closed; else what has something that was looked for, if it is not much.</summary>
    private bool IsOpen(SchemaViewKeyspace keyspace) => _open.TryGetValue(keyspace.Keyspace.Name, out var open)
        ? open
        : _filter.Trim().Length > 0 && keyspace.Found is > 0 and <= SchemaLimits.ShownStep && !keyspace.Keyspace.IsSystem;

    private void Toggle(string keyspace, bool isOpen) => _open[keyspace] = !isOpen;

    private async Task ToggleAsync(string keyspace, string table)
    {
        if (_tables.Remove((keyspace, table)) || _tables.Count >= SchemaLimits.ShownStep)
        {
            return;
        }

        _tables[(keyspace, table)] = new SchemaShown(null, null);
        try
        {
            await ReadAsync(keyspace, table);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page has been left.
        }
    }

    private int TablesShown(string keyspace) => _tablesShown.GetValueOrDefault(keyspace, SchemaLimits.ShownStep);

    private void ShowMore(string keyspace) => _tablesShown[keyspace] = TablesShown(keyspace) + SchemaLimits.ShownStep;

    /// <summary>Of an element: a name may have characters in it that an id must not.</summary>
    private int Number(string name)
    {
        if (!_numbers.TryGetValue(name, out var number))
        {
            _numbers[name] = number = _numbers.Count + 1;
        }

        return number;
    }

    /// <summary>A table that is open; neither: it is being read.</summary>
    private sealed record SchemaShown(SchemaTable? Found, string? Problem);
}
