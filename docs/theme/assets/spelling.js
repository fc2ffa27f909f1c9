// A secret as it is read out on the telephone: letters by the words of the international spelling alphabet (ICAO).
const WORDS = 'Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu'.split(' ');

export function spelled(secret) {
  return secret.split('-').map(part => {
    const item = document.createElement('li');
    item.textContent = [...part].map(sign => WORDS[sign.toUpperCase().charCodeAt(0) - 65] || sign).join(' ');
    return item;
  });
}
