using Coterie.WebConsole.Query;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Coterie.WebConsole.Pages;

/// <summary>
/// CQL and its answer. The statement that is paged through is the one that was run, whatever has been written since; a page that fails leaves the one
/// before it on the screen, so that it can be asked for again.
/// </summary>
public sealed partial class QueryPage
{
    private readonly CancellationTokenSource _leaving = new();

    /// <summary>What is in the editor at first. After that the browser alone writes there: sent back from here, what was typed a moment ago would overwrite what has been typed since.</summary>
    private const string FirstStatement = "SELECT * FROM system.local";

    private string _statement = FirstStatement;
    private string _level = "QUORUM";
    private int _pageSize = QueryLimits.PageSizeDefault;
    private bool _busy;
    private int _page;
    private QueryRequest? _asked;
    private QueryAnswer? _answer;
    private QueryProblem? _problem;
    private Task<SchemaNames?>? _schema;
    private IReadOnlyList<Suggestion> _suggestions = [];
    private int _active = -1;
    private int _caret;

    /// <summary>Goes up with every key that makes earlier suggestions out of date, those that are still being looked for too.</summary>
    private int _turn;

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    private static (string Line, string Mark)? PlaceIn(string statement, QueryProblem problem)
    {
        var lines = statement.Split('\n');
        return problem is { Line: { } line, Column: { } column } && line >= 1 && line <= lines.Length && column <= lines[line - 1].Length
            ? (lines[line - 1], new string(' ', column) + "^")
            : null;
    }

    private (string Line, string Mark)? Place(QueryProblem problem) => _asked is { } asked ? PlaceIn(asked.Statement, problem) : null;

    private Task RunAsync() => AskAsync(new QueryRequest(_statement, _level, _pageSize), 1);

    private Task NextAsync() => _asked is { } asked && _answer?.PagingState is { } state ? AskAsync(asked with { PagingState = state }, _page + 1) : Task.CompletedTask;

    private async Task AskAsync(QueryRequest request, int page)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        Close();
        StateHasChanged();
        try
        {
            var outcome = await Queries.AskAsync(request, _leaving.Token);
            _asked = request with { PagingState = null };
            _problem = outcome.Problem;
            if (outcome.Answer is not null || page == 1)
            {
                _answer = outcome.Answer;
                _page = page;
            }

            // What has just been asked may have changed it.
            _schema = outcome.Answer is { Columns: null, Vote: null } ? null : _schema;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The page has been left.
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task InputAsync(ChangeEventArgs change)
    {
        _statement = change.Value?.ToString() ?? "";
        await SuggestAsync(asked: false);
    }

    private async Task KeyAsync(KeyboardEventArgs key)
    {
        switch (key.Key)
        {
            case "Enter" when key.CtrlKey || key.MetaKey:
                await RunAsync();
                break;
            case " " when key.CtrlKey:
                await SuggestAsync(asked: true);
                break;
            case "ArrowDown" when _suggestions.Count > 0:
                _active = (_active + 1) % _suggestions.Count;
                break;
            case "ArrowUp" when _suggestions.Count > 0:
                _active = (_active <= 0 ? _suggestions.Count : _active) - 1;
                break;
            case "Enter" or "Tab" when _active >= 0:
                await AcceptAsync(_active);
                break;
            case "Escape":
                Close();
                break;
        }
    }

    private async Task SuggestAsync(bool asked)
    {
        var turn = ++_turn;
        var caret = await Browser.InvokeAsync<int>("coterieQuery.caret", _leaving.Token, "statement");
        var schema = await SchemaAsync();
        if (turn != _turn)
        {
            return;
        }

        // An arrow may have been pressed meanwhile: what it chose stays chosen while it is suggested.
        var chosen = _active < 0 ? null : _suggestions[_active];
        _caret = caret;
        _suggestions = Completion.At(_statement, _caret, schema, asked);
        _active = chosen is null ? -1 : _suggestions.ToList().IndexOf(chosen);
    }

    /// <summary>Read once for all keys that wait for it; if no node says, the next key asks again.</summary>
    private async Task<SchemaNames> SchemaAsync()
    {
        var reading = _schema ??= SchemaNames.ReadAsync(Queries, _leaving.Token);
        if (await reading is { } names)
        {
            return names;
        }

        _schema = _schema == reading ? null : _schema;
        return SchemaNames.None;
    }

    private async Task AcceptAsync(int index)
    {
        var text = _suggestions[index].Text;
        var start = Completion.WordStart(_statement, _caret);
        _statement = $"{_statement[..start]}{text}{_statement[Math.Min(_caret, _statement.Length)..]}";
        _caret = start + text.Length;
        Close();
        await Browser.InvokeVoidAsync("coterieQuery.write", _leaving.Token, "statement", _statement, _caret);
    }

    private void Close()
    {
        _turn++;
        _suggestions = [];
        _active = -1;
    }
}
