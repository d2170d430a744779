namespace Coterie.Model;

/// <summary>What somebody sent, in a message about it: it may be of any length and of any characters, so a message shows its beginning, on one line.</summary>
public static class Quoted
{
    private const int Shown = 64;

    public static string Of(ReadOnlySpan<char> text)
    {
        Span<char> line = stackalloc char[Shown + 1];
        var length = Math.Min(text.Length, Shown);
        for (var i = 0; i < length; i++)
        {
            line[i] = char.IsControl(text[i]) ? '?' : text[i];
        }

        if (text.Length > Shown)
        {
            line[length++] = '…';
        }

        return line[..length].ToString();
    }
}
